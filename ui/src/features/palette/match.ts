// What was typed into the palette, compared with what the rows say.
import { fold } from "$lib/fold";
import type { Messages } from "$lib/messages";

/** Every word that was typed stands in the label, in any order. */
export function says(label: string, text: string): boolean {
  const said = fold(label);
  return fold(text).split(" ").every((word) => said.includes(word));
}

/** The label has what was typed, as it stands. */
export const fits = (label: string, text: string): boolean => fold(label).includes(fold(text));

/** What is left of "revoke alice" to look for; the text itself where it begins with no verb. */
export function withoutVerb(text: string, t: Messages["palette"]): string {
  const [first = "", ...rest] = text.trim().split(/\s+/);
  const begins = fold(first);
  const labels = [t.issueTo(""), t.invite(""), t.renew("", ""), t.replace("", ""), t.hold("", ""), t.maybeLost("", ""), t.reinstate("", ""), t.revoke("", ""), t.phoneLost("", ""), t.leaves("")];
  const known = begins.length > 2 && labels.some((label) => fold(label).split(/[\s:]+/).some((word) => word.length > 3 && word.startsWith(begins)));
  return rest.length && known ? rest.join(" ") : text;
}

/** A verb was typed before the name: nothing else is meant. */
export const hasVerb = (text: string, t: Messages["palette"]): boolean => withoutVerb(text, t) !== text;

/** The acts on what was found, as far as they are meant. Without a verb an invitation is what a name asks for first. */
export function meant<E extends { label: string }>(text: string, t: Messages["palette"], { invitations, others }: { invitations: readonly E[]; others: readonly E[] }): E[] {
  const invited = hasVerb(text, t) ? invitations.filter((one) => says(one.label, text)) : invitations;
  return [...invited.slice(0, 2), ...others.filter((one) => says(one.label, text)).slice(0, 6)];
}
