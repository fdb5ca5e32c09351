// How many certificates somebody has, as the head of their list says it.
import type { Certificate } from "$lib/api";
import type { Messages } from "$lib/messages";

/** In a line: what counts, what is on hold, what another CA issued and has not ended (whether it was revoked is not known here), and the rest. */
export function counts(certificates: readonly Pick<Certificate, "status" | "ours">[], t: Messages): string {
  const many = (fits: (one: Pick<Certificate, "status" | "ours">) => boolean) => certificates.filter(fits).length;
  const valid = many((one) => one.status === "active" && one.ours);
  const held = many((one) => one.status === "held");
  const elsewhere = many((one) => one.status === "active" && !one.ours);
  return t.people.counts({ valid, held, elsewhere, past: certificates.length - valid - held - elsewhere });
}
