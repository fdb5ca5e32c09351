// Issue at the desk.
import type { Breaks, Certificate, IssueOrder } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { changed, refuse } from "./world";

/** What certificates of a profile are good for. */
const SERVES: Record<string, Breaks[]> = { signing: ["signedMail"], functional: ["signedMail"], encryption: ["mailToThem"], authentication: ["networkAccess"], document: ["documentsToThem"] };
export function issue(order: IssueOrder): Certificate {
  const person = data.people.find((p) => p.mailboxes.some((m) => m.address === order.mail)) ?? refuse("notFound");
  const made: Certificate = { serial: data.fresh().replaceAll("-", "").toUpperCase(), status: "active", profile: order.profile, subject: person.subject, san: [`rfc822Name:${order.mail}`], subscriber: person.id, notBefore: data.at(0), notAfter: data.at(-60 * 24 * 730), enrollment: null, kind: "subscriber", readsMail: order.profile === "encryption", serves: SERVES[order.profile] ?? [], madeHere: ["encryption", "document"].includes(order.profile), ours: true, revokedAt: null };
  data.certificates.unshift(made);
  changed();
  return made;
}

export const issuing = {
  issueChoices: async () => [
    { profile: "signing", madeHere: false, days: 730 },
    { profile: "encryption", madeHere: true, days: 730 },
    { profile: "authentication", madeHere: false, days: 365 },
    { profile: "document", madeHere: true, days: 730 },
  ],
  issueFromRequest: async (order, request) => {
    if (!request.includes("BEGIN")) refuse("validation", "this is no certificate request (PKCS#10, in PEM or DER); choose the .csr or .p10 file", "csr");
    return { certificate: issue(order), superseded: 0 };
  },
  issueWithKey: async (order) => ({ certificate: issue(order), superseded: 0, path: "/home/rosa/asa.oberg-encryption.p12", password: "7KQ4-MV2T-9HX3-PD6R-W0ZB-4N8C" }),
  deskBundles: async () => [
    { name: "Staff", profiles: [{ profile: "signing", madeHere: false, days: 730 }, { profile: "encryption", madeHere: true, days: 730 }, { profile: "authentication", madeHere: false, days: 365 }] },
    { name: "Student", profiles: [{ profile: "signing", madeHere: false, days: 730 }, { profile: "authentication", madeHere: false, days: 365 }] },
  ],
  issueBundle: async (order) => ({
    certificates: [issue({ mail: order.mail, profile: "encryption" }), ...(order.request ? [issue({ mail: order.mail, profile: "signing" }), issue({ mail: order.mail, profile: "authentication" })] : [])],
    files: [{ profile: "encryption", path: "/home/rosa/asa.oberg-encryption.p12", password: "7KQ4-MV2T-9HX3-PD6R-W0ZB-4N8C" }],
    left: order.request ? [] : ["signing", "authentication"],
    refused: [],
  }),
} satisfies Partial<Api>;
