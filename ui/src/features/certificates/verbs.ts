// Which acts fit which certificates.
import type { ActVerb, Affected, Breaks, Certificate, Consequences } from "$lib/api";
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

type Known = Pick<Certificate, "status" | "kind">;

/** What can be done with all of these at once, the final one first. Our own certificates are not for these acts. */
export function verbs(certificates: readonly Known[]): Verb[] {
  if (!certificates.length || certificates.some((one) => one.kind === "authority")) return [];
  return (Object.keys(FITS) as Verb[]).filter((verb) => certificates.every((one) => FITS[verb].includes(one.status)));
}

/** They may get another certificate for the same key: those of people that are valid. */
export function renewable(certificates: readonly Known[]): boolean {
  return certificates.length > 0 && certificates.every((one) => one.kind === "subscriber" && one.status === "active");
}

/** It may get one with another key in its place: a valid, replaced or ended one of a person. */
export function replaceable(certificate: Known): boolean {
  return certificate.kind === "subscriber" && ["active", "superseded", "expired"].includes(certificate.status);
}

/** Who made the key of a certificate. */
export function keyBy(certificate: Pick<Certificate, "profile" | "enrollment">): "signet" | "device" | "holder" {
  if (certificate.enrollment) return "device";
  return ["encryption", "document"].includes(certificate.profile) ? "signet" : "holder";
}

/** Who has no valid certificate of a use any more after the act, by profile; empty where names cannot tell it. */
export function leftWithout(will: Pick<Consequences, "affected" | "untouched" | "breaks">): { profile: string; names: string[] }[] {
  if (!will.breaks.includes("noneLeft")) return [];
  const of = (one: Affected) => `${one.profile} ${one.name}`;
  // A replaced one works until it ends, and is no valid one in the place of another.
  const kept = new Set(will.untouched.filter((one) => one.before === "active").map(of));
  const lost = will.affected.filter((one) => one.before === "active" && one.profile !== "transport" && !kept.has(of(one)));
  return [...new Set(lost.map((one) => one.profile))].map((profile) => ({ profile, names: [...new Set(lost.filter((one) => one.profile === profile).map((one) => one.name))] }));
}

/** What stops with a certificate of a use. */
export const STOPS: Record<string, { what: Breaks | null; icon: IconName }> = {
  signing: { what: "signedMail", icon: "pen-off" },
  functional: { what: "signedMail", icon: "pen-off" },
  encryption: { what: "mailToThem", icon: "mail-open" },
  authentication: { what: "networkAccess", icon: "wifi-off" },
  document: { what: "documentsToThem", icon: "file-lock" },
  transport: { what: null, icon: "smartphone" },
};
