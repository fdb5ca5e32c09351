// What was typed into the editors and not saved yet: it stays while one looks at something else.
import type { ProfileDraft } from "$lib/api";
import { same } from "./draft";

interface Kept {
  /** The version that it was begun from. */
  from: number;
  draft: ProfileDraft;
}

class Drafts {
  #kept = $state.raw<Record<string, Kept | undefined>>({});

  /** The unsaved draft, if there is one. `key` names whose profile it is, and which. */
  of(key: string): Kept | null {
    return this.#kept[key] ?? null;
  }
  /** Keeps it; a draft that says what counts already is none. */
  keep(key: string, version: number, counts: ProfileDraft, draft: ProfileDraft): void {
    const kept = same(counts, draft) ? undefined : { from: this.#kept[key]?.from ?? version, draft };
    this.#kept = { ...this.#kept, [key]: kept };
  }
  /** Forgets it. */
  drop(key: string): void {
    this.#kept = { ...this.#kept, [key]: undefined };
  }
}

export const drafts = new Drafts();
