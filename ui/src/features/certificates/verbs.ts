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

type Known = Pick<Certificate, "status" | "kind" | "ours">;

/** What can be done with all of these at once, the final one first. Our own certificates are not for these acts, and what another CA
 * issued is for that CA. */
export function verbs(certificates: readonly Known[]): Verb[] {
  if (!certificates.length || certificates.some((one) => one.kind === "authority" || !one.ours)) return [];
  return (Object.keys(FITS) as Verb[]).filter((verb) => certificates.every((one) => FITS[verb].includes(one.status)));
}

/** What revoking everything of somebody is about: what was replaced and works is among it, what another CA issued is not. */
export const revocable = <C extends Known>(certificates: readonly C[]): C[] => certificates.filter((one) => verbs([one]).includes("revoke"));

/** They may get another certificate for the same key: those of people that are valid and that we issued. */
export function renewable(certificates: readonly Known[]): boolean {
  return certificates.length > 0 && certificates.every((one) => one.ours && one.kind === "subscriber" && one.status === "active");
}

/** It may get one with another key in its place: a valid, replaced or ended one of a person that we issued. */
export function replaceable(certificate: Known): boolean {
  return certificate.ours && certificate.kind === "subscriber" && ["active", "superseded", "expired"].includes(certificate.status);
}

/** Who made the key of a certificate; of what was imported nobody here knows it. */
export function keyBy(certificate: Pick<Certificate, "madeHere" | "enrollment" | "ours">): "signet" | "device" | "holder" | "unknown" {
  if (!certificate.ours) return "unknown";
  if (certificate.madeHere) return "signet";
  return certificate.enrollment ? "device" : "holder";
}

/** Whose it is: people of one name are told apart. */
export const person = (one: Pick<Affected, "subscriber" | "name">): string => one.subscriber ?? one.name;

/** Who has no valid certificate for a use any more after the act, whatever the profiles are called: each person once, by name. `also` says
 * what a new certificate will serve, and whom. */
export function leftWithout(will: Pick<Consequences, "affected" | "untouched" | "breaks">, also?: { subscriber: string; serves: readonly Breaks[] }): { use: Stops; names: string[] }[] {
  if (!will.breaks.includes("noneLeft")) return [];
  const of = (one: Affected) => stops(one).map((use) => `${use} ${person(one)}`);
  // A replaced one works until it ends, and is no valid one in the place of another.
  const kept = new Set([...will.untouched.filter((one) => one.before === "active").flatMap(of), ...(also?.serves ?? []).map((use) => `${use} ${also?.subscriber}`)]);
  const lost = will.affected
    .filter((one) => one.before === "active" && one.profile !== "transport" && one.subscriber)
    .flatMap((one) => stops(one).map((use) => ({ use, who: person(one), name: one.name })))
    .filter(({ use, who }) => !kept.has(`${use} ${who}`));
  return [...new Set(lost.map(({ use }) => use))].map((use) => ({ use, names: [...new Map(lost.filter((one) => one.use === use).map(({ who, name }) => [who, name])).values()] }));
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
