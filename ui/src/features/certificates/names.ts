// How a certificate is called on the screen, and what it means in a sentence.
import type { Affected, Breaks, Certificate, CertificateDetail } from "$lib/api";
import type { Messages } from "$lib/messages";
import { keyBy, person } from "./verbs";

/** So many are named one by one. */
export const NAMED = 6;

/** The common name of a subject (RFC 4514 text), else all of it. */
export function commonName(subject: string): string {
  const name = /(?:^|,)CN=((?:\\.|[^,\\])*)/.exec(subject)?.[1];
  return name ? name.replace(/\\(.)/g, "$1") : subject;
}

/** Whose it is. */
export function holder(certificate: Certificate): string {
  return commonName(certificate.subject);
}

/** The first address that it states. */
export function addressOf(certificate: Pick<Certificate, "san">): string | null {
  return certificate.san.find((one) => one.startsWith("rfc822Name:"))?.slice("rfc822Name:".length) ?? null;
}

/** What it means that it has this status, in a sentence. */
export function meaning(certificate: Certificate, t: Messages, until: string): string {
  const { plain } = t.certificates;
  if (certificate.status === "active" && !certificate.ours) return plain.elsewhere(until);
  if (certificate.status === "active") return works(certificate, t, until);
  const others: Record<string, string> = { revoked: plain.revoked, expired: plain.expired, held: plain.held, superseded: plain.superseded };
  return others[certificate.status] ?? "";
}

function works(certificate: Certificate, t: Messages, until: string): string {
  const { plain } = t.certificates;
  const [name, mail] = [holder(certificate), addressOf(certificate)];
  if (certificate.kind === "subscriber") {
    const serves = (what: Breaks) => certificate.serves.includes(what);
    if (mail && serves("signedMail") && serves("mailToThem")) return plain.both(name, mail, until);
    if (mail && serves("signedMail")) return plain.signing(name, mail, until);
    if (mail && serves("mailToThem")) return plain.encryption(name, mail, until);
    if (serves("networkAccess")) return plain.authentication(name, until);
    if (serves("documentsToThem")) return plain.document(name, until);
  }
  return plain.active(use(certificate, t), until);
}

/** What it is good for, as it states it. Where it states neither key usage nor purpose nothing is limited (RFC 5280 4.2.1.3, 4.2.1.12). */
export function may({ keyUsage, purposes }: Pick<CertificateDetail, "keyUsage" | "purposes">, t: Messages): string {
  const said = (table: Record<string, string>, names: readonly string[]) => [...new Set(names.map((name) => table[name] ?? name))].join(", ");
  const { usages, purposeNames, mayAll } = t.certificates;
  return [said(usages, keyUsage), said(purposeNames, purposes)].filter(Boolean).join(": ") || mayAll;
}

/** What it is not good for: read in it, whatever its profile is called. */
export function mayNot(certificate: Pick<Certificate, "kind" | "serves">, t: Messages): string {
  const { mayNotOf, mayNotElse } = t.certificates;
  if (certificate.kind === "transport") return mayNotElse;
  const serves = (what: Breaks) => certificate.serves.includes(what);
  return [...(serves("signedMail") ? [] : [mayNotOf.signMail]), ...(serves("mailToThem") ? [] : [mayNotOf.receiveMail]), ...(serves("documentsToThem") ? [] : [mayNotOf.receiveDocuments]), ...(serves("networkAccess") ? [] : [mayNotOf.signIn]), mayNotOf.signCertificates].join(", ");
}

/** Whose certificates of one use are meant: each once, a few of them named. */
export interface Whose {
  profile: string;
  /** How many certificates. */
  count: number;
  names: string[];
  /** How many people are not named. */
  further: number;
}

/** People in their order, each once by name; two of one name are two. */
export function namesOf(all: readonly Pick<Affected, "subscriber" | "name">[]): string[] {
  return [...new Map(all.map((one) => [person(one), one.name])).values()];
}

/** Whose they are, by use, in their order. */
export function whose(all: readonly Pick<Affected, "profile" | "subscriber" | "name">[]): Whose[] {
  return [...new Set(all.map((one) => one.profile))].map((profile) => {
    const these = all.filter((one) => one.profile === profile);
    const names = namesOf(these);
    return { profile, count: these.length, names: names.slice(0, NAMED), further: Math.max(0, names.length - NAMED) };
  });
}

/** Who made its private key and where it is, in a sentence; nothing for our own. */
export function keyStory(certificate: Certificate, madeHere: boolean | null, t: Messages): string {
  const { plain } = t.certificates;
  if (certificate.kind !== "subscriber") return "";
  const by = madeHere === true ? "signet" : keyBy(certificate);
  return { signet: plain.keySignet, device: plain.keyDevice, holder: plain.keyHolder, unknown: plain.keyUnknown }[by];
}

/** What it is for. */
export function use(certificate: Certificate, t: Messages): string {
  return useOf(certificate.profile, t);
}

/** What certificates of a profile are for. */
export function useOf(profile: string, t: Messages): string {
  return (t.certs.profiles as Record<string, string>)[profile] ?? profile;
}
