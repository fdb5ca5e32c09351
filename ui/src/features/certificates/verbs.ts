// Which acts fit which certificates.
import type { ActVerb, Certificate } from "$lib/api";
import type { IconName } from "$lib/ui/Icon.svelte";

export type Verb = Exclude<ActVerb, "offboard">;

/** How each looks. */
export const icons: Record<Verb, IconName> = { hold: "circle-pause", maybeLost: "clock", reinstate: "circle-check", revoke: "octagon-x" };

const FITS: Record<Verb, readonly string[]> = {
  revoke: ["active", "held", "superseded"],
  hold: ["active"],
  maybeLost: ["active"],
  reinstate: ["held"],
};

/** What can be done with all of these at once, the final one first. Our own certificates are not for these acts. */
export function verbs(certificates: readonly Pick<Certificate, "status" | "kind">[]): Verb[] {
  if (!certificates.length || certificates.some((one) => one.kind === "authority")) return [];
  return (Object.keys(FITS) as Verb[]).filter((verb) => certificates.every((one) => FITS[verb].includes(one.status)));
}
