// A certificate profile while it is edited: what changed, and how each field reads. Rules are the program's (reviewProfile), never here.
import type { KeyUse, ProfileDraft, ProfileFinding, ProfileName, ProfileVersion } from "$lib/api";
import type { Messages } from "$lib/messages";

/** In the order of the screens. */
export const PROFILES = ["signing", "encryption", "authentication", "document", "functional"] as const satisfies readonly ProfileName[];
export const USES = ["digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment"] as const satisfies readonly KeyUse[];
export const KEYS = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"] as const;
/** Purposes that have a name of their own, in the order of the screen. */
export const PURPOSES = ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.80.1", "1.3.6.1.4.1.311.20.2.2"] as const;

/** The fields, in the order of the editor. */
export const FIELDS = ["offered", "usage", "purposes", "key", "days", "renewalDays", "withAddress", "everyAddress", "policies", "approval", "escrow", "exception", "crlAddress"] as const satisfies readonly (keyof ProfileDraft)[];
export type Field = (typeof FIELDS)[number];

/** A field that differs, in words. */
export interface Change {
  field: Field;
  was: string;
  becomes: string;
}

/** The profile of this name, if it is one. */
export function profileOf(text: string | null): ProfileName | null {
  return PROFILES.find((name) => name === text) ?? null;
}

/** A profile that a rule refuses, as one that was saved before there was the rule: nothing is issued by it until it is mended. */
export const toMend = (profile: Pick<ProfileVersion, "definition" | "findings">): boolean => profile.definition.offered && profile.findings.some((finding) => finding.level === "error");

/** How a field of a draft reads. */
export function reads(field: Field, draft: ProfileDraft, t: Messages): string {
  const p = t.policies;
  const yes = (on: boolean) => (on ? t.common.yes : t.common.no);
  const list = (all: string[]) => all.join(", ") || p.editor.nowhere;
  switch (field) {
    case "usage":
      return list(draft.usage);
    case "purposes":
      return list(draft.purposes.map((oid) => p.editor.known[oid] ?? oid));
    case "key":
      return p.keys[draft.key];
    case "days":
      return p.days(draft.days);
    case "renewalDays":
      return p.editor.renewalShown(draft.renewalDays);
    case "policies":
      return list(draft.policies.map((policy) => [policy.oid, policy.cps].filter(Boolean).join(" ")));
    case "approval":
      return p.approvals[draft.approval];
    case "escrow":
      return draft.escrow === "never" ? p.editor.never : p.editor.byPolicy;
    case "exception":
      return draft.exception ? `${draft.exception.name}: ${draft.exception.reason}` : p.editor.nowhere;
    default:
      return yes(draft[field]);
  }
}

/** Two drafts say the same. */
export function same(one: ProfileDraft, other: ProfileDraft): boolean {
  return FIELDS.every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]));
}

/** What differs from `from` to `to`, in the order of the editor. */
export function changes(from: ProfileDraft, to: ProfileDraft, t: Messages): Change[] {
  return FIELDS.filter((field) => JSON.stringify(from[field]) !== JSON.stringify(to[field])).map((field) => ({ field, was: reads(field, from, t), becomes: reads(field, to, t) }));
}

/** A list with one thing put in or taken out; what has a place in `order` keeps it, so that the same choice is always the same list. */
export function toggled<T extends string>(list: readonly T[], one: T, on: boolean, order: readonly string[]): T[] {
  const place = (item: T) => (order.indexOf(item) + 1 || order.length + 1);
  const rest = list.filter((item) => item !== one);
  return (on ? [...rest, one] : rest).sort((a, b) => place(a) - place(b));
}

/** The purposes without a name of their own, and those that have one. */
export function withFurther(purposes: readonly string[], text: string): string[] {
  const named = purposes.filter((oid) => PURPOSES.some((known) => known === oid));
  return [...named, ...text.split(/[\s,;]+/).filter(Boolean)];
}
export function further(purposes: readonly string[]): string {
  return purposes.filter((oid) => !PURPOSES.some((known) => known === oid)).join(" ");
}

/** A count as it was typed; what is none becomes 0, which the review refuses by name. */
export function count(text: string): number {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : 0;
}

/** "2 years", "11 months", "60 days": a length that one can imagine. */
export function about(days: number, locale: string): string {
  const [unit, size] = days >= 548 ? (["year", 365.25] as const) : days >= 60 ? (["month", 30.44] as const) : (["day", 1] as const);
  const n = Math.round((days / size) * (unit === "year" ? 2 : 1)) / (unit === "year" ? 2 : 1);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(n);
}

/** What is said about one field. */
export function saidOf(findings: readonly ProfileFinding[], field: Field): ProfileFinding[] {
  return findings.filter((finding) => finding.field === field);
}
