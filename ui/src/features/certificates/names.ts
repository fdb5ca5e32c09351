// How a certificate is called on the screen.
import type { Certificate } from "$lib/api";
import type { Messages } from "$lib/messages";

/** The common name of the subject (RFC 4514 text), else all of it. */
export function holder(certificate: Certificate): string {
  const name = /(?:^|,)CN=((?:\\.|[^,\\])*)/.exec(certificate.subject)?.[1];
  return name ? name.replace(/\\(.)/g, "$1") : certificate.subject;
}

/** What it is for. */
export function use(certificate: Certificate, t: Messages): string {
  return useOf(certificate.profile, t);
}

/** What certificates of a profile are for. */
export function useOf(profile: string, t: Messages): string {
  return (t.certs.profiles as Record<string, string>)[profile] ?? profile;
}
