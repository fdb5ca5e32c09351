// What was typed into the editors and not saved yet: it stays while one looks at something else.
import type { ProfileDraft, ProfileName } from "$lib/api";
import { same } from "./draft";

interface Kept {
  /** The version that it was begun from. */
  from: number;
  draft: ProfileDraft;
}

class Drafts {
  #kept = $state.raw<Partial<Record<ProfileName, Kept>>>({});

  /** The unsaved draft, if there is one. */
  of(name: ProfileName): Kept | null {
    return this.#kept[name] ?? null;
  }
  /** Keeps it; a draft that says what counts already is none. */
  keep(name: ProfileName, version: number, counts: ProfileDraft, draft: ProfileDraft): void {
    const kept = same(counts, draft) ? undefined : { from: this.#kept[name]?.from ?? version, draft };
    this.#kept = { ...this.#kept, [name]: kept };
  }
  /** Forgets it. */
  drop(name: ProfileName): void {
    this.#kept = { ...this.#kept, [name]: undefined };
  }
}

export const drafts = new Drafts();
