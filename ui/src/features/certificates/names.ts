// How a certificate is called on the screen.
import type { Certificate } from "$lib/api";
import type { Messages } from "$lib/messages";

/** The common name of a subject (RFC 4514 text), else all of it. */
export function commonName(subject: string): string {
  const name = /(?:^|,)CN=((?:\\.|[^,\\])*)/.exec(subject)?.[1];
  return name ? name.replace(/\\(.)/g, "$1") : subject;
}

/** Whose it is. */
export function holder(certificate: Certificate): string {
  return commonName(certificate.subject);
}

/** What it means that it has this status, in a sentence. */
export function meaning(certificate: Certificate, t: Messages, until: string): string {
  const { plain } = t.certificates;
  if (certificate.status === "active") return plain.active(use(certificate, t), until);
  const others: Record<string, string> = { revoked: plain.revoked, expired: plain.expired, held: plain.held, pending: plain.pending, superseded: plain.superseded };
  return others[certificate.status] ?? "";
}

/** What it is for. */
export function use(certificate: Certificate, t: Messages): string {
  return useOf(certificate.profile, t);
}

/** What certificates of a profile are for. */
export function useOf(profile: string, t: Messages): string {
  return (t.certs.profiles as Record<string, string>)[profile] ?? profile;
}
