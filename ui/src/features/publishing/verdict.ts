// What the monitor's findings come to, and what the other side said in the officer's language.
import type { MonitorState, PublicationFailure, Publishing, PublishedCrl } from "$lib/api";
import type { Messages } from "$lib/messages";
import type { IconName } from "$lib/ui/Icon.svelte";
import type { Tone } from "$lib/ui/Mark.svelte";

export const looks: Record<MonitorState, { tone: Tone; icon: IconName }> = {
  unchecked: { tone: "off", icon: "circle-dashed" },
  fresh: { tone: "ok", icon: "circle-check" },
  stale: { tone: "warn", icon: "calendar-clock" },
  otherNumber: { tone: "warn", icon: "triangle-alert" },
  unreachable: { tone: "danger", icon: "octagon-x" },
  unreadable: { tone: "danger", icon: "octagon-x" },
};

export const warns = (crl: PublishedCrl): boolean => crl.state !== "unchecked" && crl.state !== "fresh";

/** All findings in one word. */
export function verdict(publishing: Publishing): "nowhere" | "unchecked" | "fine" | number {
  const { published } = publishing;
  if (!published.length) return "nowhere";
  const bad = published.filter(warns).length;
  if (bad) return bad;
  return published.some((crl) => crl.state === "unchecked") ? "unchecked" : "fine";
}

/** What a state means and what to do. Of an old list of the root it is not the place alone that may be at fault. */
export function explained(state: Exclude<MonitorState, "unchecked" | "fresh">, published: readonly PublishedCrl[], t: Messages): string {
  const { explain, staleRoot } = t.publishing;
  return state === "stale" && published.some((crl) => crl.state === state && crl.name === "root") ? `${explain[state]} ${staleRoot}` : explain[state];
}

/** Why it failed, with what the other side said, and what to do next. What an earlier version recorded has its next step in its words. */
export function failed(of: { failure: PublicationFailure | null; detail: string }, t: Messages): { why: string; next: string | null } {
  if (of.failure === null) return { why: said(of.detail, t), next: null };
  const [meaning, next] = t.publishing.failures[of.failure];
  return { why: of.detail ? t.publishing.failed(of.detail, meaning) : meaning, next };
}

/**
 * What the other side said of what arrived; and, of what an earlier version recorded, "507 Insufficient Storage: the server is full" with
 * the sentence in the officer's language. What is not known stays.
 */
export function said(detail: string, t: Messages): string {
  const table = t.publishing.said as Record<string, string>;
  // The longest that fits: "cannot be written" holds "written".
  const [english] = Object.keys(table).filter((sentence) => detail.includes(sentence)).sort((a, b) => b.length - a.length);
  return english === undefined ? detail : detail.replace(english, table[english] ?? english);
}
