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
export function keyBy(certificate: Pick<Certificate, "madeHere" | "enrollment">): "signet" | "device" | "holder" {
  if (certificate.madeHere) return "signet";
  return certificate.enrollment ? "device" : "holder";
}

/** Whose it is: people of one name are told apart. */
export const person = (one: Pick<Affected, "subscriber" | "name">): string => one.subscriber ?? one.name;

/** Who has no valid certificate of a use any more after the act, by profile: each person once, by name. */
export function leftWithout(will: Pick<Consequences, "affected" | "untouched" | "breaks">): { profile: string; names: string[] }[] {
  if (!will.breaks.includes("noneLeft")) return [];
  const of = (one: Affected) => `${one.profile} ${person(one)}`;
  // A replaced one works until it ends, and is no valid one in the place of another.
  const kept = new Set(will.untouched.filter((one) => one.before === "active").map(of));
  const lost = will.affected.filter((one) => one.before === "active" && one.profile !== "transport" && !kept.has(of(one)));
  return [...new Set(lost.map((one) => one.profile))].map((profile) => ({ profile, names: [...new Map(lost.filter((one) => one.profile === profile).map((one) => [person(one), one.name])).values()] }));
}

/** What a certificate is good for, seen from what stops with it. */
export type Stops = Exclude<Breaks, "enrollmentUnderWay" | "noneLeft">;

const STOPS: Record<Stops, IconName> = { signedMail: "pen-off", mailToThem: "mail-open", networkAccess: "wifi-off", documentsToThem: "file-lock" };

/** What stops with a certificate, or works again with it: read in it by the program, whatever its profile is called. */
export function stops(one: Pick<Affected, "breaks">): Stops[] {
  return one.breaks.filter((what): what is Stops => what in STOPS);
}

/** How it looks that it stops. */
export function stopIcon(one: Pick<Affected, "breaks" | "profile">): IconName {
  const [first] = stops(one);
  return one.profile === "transport" ? "smartphone" : first ? STOPS[first] : "file-badge";
}

/** Certificates of one profile with which the same becomes of the same, and the same stops, together; `of` is one of them. */
export function alike(all: readonly Affected[]): { of: Affected; all: Affected[] }[] {
  const found = new Map<string, { of: Affected; all: Affected[] }>();
  for (const one of all) {
    const key = [one.profile, one.before, one.after, ...one.breaks].join(" ");
    const group = found.get(key);
    if (group) group.all.push(one);
    else found.set(key, { of: one, all: [one] });
  }
  return [...found.values()];
}
