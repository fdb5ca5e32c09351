// How a mailbox stands: whether its validation counts, who recorded what, and until when.
import type { Mailbox } from "$lib/api";
import { date } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";

/** Nobody validated it; too long ago; it ends within 30 days; it counts. */
export type Standing = "never" | "ended" | "ending" | "counts";

/** So long before its end a new validation is asked for. */
const SOON = 30 * 86_400_000;

export function standing(mailbox: Mailbox, now: number): Standing {
  if (!mailbox.validatedAt) return "never";
  // A page may be open for longer than a validation counts.
  const left = mailbox.validUntil === null ? Infinity : new Date(mailbox.validUntil).getTime() - now;
  if (!mailbox.validated || left < 0) return "ended";
  return left < SOON ? "ending" : "counts";
}

/** The word on its mark. */
export function mark(mailbox: Mailbox, t: Messages, now: number, locale: Locale): string {
  const on = (iso: string | null) => (iso === null ? "" : date(iso, locale));
  const words = { never: () => t.people.notValidated, ended: () => t.people.validationEnded(on(mailbox.validUntil)), ending: () => t.people.validationEnds(on(mailbox.validUntil)), counts: () => t.people.validated(on(mailbox.validatedAt)) };
  return words[standing(mailbox, now)]();
}

/** All else that is known of it: when, how and by whom it was validated, what was seen, and until when that counts. */
export function told(mailbox: Mailbox, t: Messages, now: number, locale: Locale): string {
  if (!mailbox.validatedAt) return "";
  const stands = standing(mailbox, now);
  const method = mailbox.method && (t.people.method[mailbox.method] ?? mailbox.method);
  const until = mailbox.validUntil === null ? t.people.validWithoutEnd : t.people.validUntil(date(mailbox.validUntil, locale));
  const parts = [
    // The mark says the one or the other.
    stands !== "counts" && t.people.validated(date(mailbox.validatedAt, locale)),
    method && mailbox.evidence ? `${t.events.label(method)} ${mailbox.evidence}` : method,
    mailbox.validatedBy && t.people.validatedBy(mailbox.validatedBy),
    stands === "counts" && until,
  ];
  const text = parts.filter(Boolean).join(", ");
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
