// What becomes of certificates: held, revoked, renewed, replaced; who leaves; what waits for a second officer.
import type { ActVerb, Affected, Breaks, Certificate, CertificateAct, Consequences, Departure, RevocationReason, Succession, SuccessorKey, WaitingAct } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { issue } from "./issue";
import { changed, found, refuse, state } from "./world";

const AFTER: Record<ActVerb, string> = { hold: "held", maybeLost: "held", reinstate: "active", revoke: "revoked", offboard: "revoked" };
export const waiting: WaitingAct[] = state === "empty" ? [] : [{ id: data.fresh(), verb: "revoke", count: 14, why: "The laboratory has closed.", askedBy: "milan", askedAt: data.at(35), reason: "cessationOfOperation", invalidSince: null, successor: null, own: false }];
const departures = new Map<string, Departure>();
const decide = (id: string) => {
  waiting.splice(waiting.findIndex((act) => act.id === id), 1);
  changed();
};
function meant(act: CertificateAct): Certificate[] {
  const { target, verb } = act;
  if ("certificates" in target && target.certificates) return data.certificates.filter((c) => target.certificates.includes(c.serial));
  const fit = data.certificates.filter((c) => (verb === "reinstate" ? c.status === "held" : verb === "hold" || verb === "maybeLost" ? c.status === "active" : c.status !== "revoked"));
  if ("person" in target && target.person) return fit.filter((c) => c.subscriber === target.person);
  const owner = data.people.find((p) => p.devices.some((d) => "device" in target && d.id === target.device));
  return fit.filter((c) => c.subscriber === owner?.id && c.enrollment !== null);
}
/** What certificates of a profile are good for. */
const USES: Record<string, readonly Breaks[]> = { signing: ["signedMail"], functional: ["signedMail", "mailToThem"], encryption: ["mailToThem"], authentication: ["networkAccess"], document: ["documentsToThem"] };
function consequences(act: CertificateAct): Consequences {
  const { verb } = act;
  const shown = (c: Certificate, after: string): Affected => ({ serial: c.serial, profile: c.profile, subscriber: c.subscriber, name: data.people.find((p) => p.id === c.subscriber)?.name ?? c.subject, device: c.enrollment ? "iPhone 15" : null, notAfter: c.notAfter, before: c.status, after, breaks: [...(USES[c.profile] ?? [])] });
  const chosen = meant(act);
  if (verb !== "reinstate" && chosen.some((c) => c.status === "revoked")) refuse("alreadyRevoked");
  if (!chosen.length && verb !== "offboard") refuse("validation", "there is no certificate that this could be done to", "target");
  const others = data.certificates.filter((c) => c.status === "active" && !chosen.includes(c) && chosen.some((one) => one.subscriber === c.subscriber));
  const stopped = new Set(verb === "reinstate" ? [] : chosen.flatMap((c) => USES[c.profile] ?? []));
  return {
    affected: chosen.map((c) => shown(c, AFTER[verb])),
    untouched: others.map((c) => shown(c, c.status)),
    breaks: [...stopped, ...(verb !== "reinstate" ? (["noneLeft"] as const) : [])],
    enrollmentsEnded: verb === "offboard" ? 1 : 0,
    challengesCancelled: 0,
    mailboxesUnvalidated: verb === "offboard" ? 1 : 0,
    finalAt: verb === "maybeLost" ? data.at(-3 * 24 * 60) : null,
    deadlineHours: verb !== "revoke" && verb !== "offboard" ? null : act.reason === "keyCompromise" || act.reason === "unspecified" ? 24 : 120,
    undoable: verb !== "revoke" && verb !== "offboard",
    needsSecondOfficer: verb === "revoke" && chosen.length > 10,
  };
}
/** What the certificate in the place of this one would be. */
function succession(serial: string, key: SuccessorKey, revoked: RevocationReason | null): Succession {
  const certificate = found(data.certificates.find((c) => c.serial === serial));
  const will = consequences({ target: { certificates: [serial] }, verb: "revoke", reason: revoked ?? "superseded", invalidSince: null, successor: null, keepUntil: null });
  const affected = will.affected.map((one) => ({ ...one, after: revoked ? "revoked" : "superseded" }));
  const old = affected[0] ?? refuse("notFound");
  return {
    subscriber: certificate.subscriber ?? refuse("notFound"),
    name: old.name,
    subject: certificate.subject,
    san: certificate.san,
    profile: old.profile,
    profileVersion: 3,
    pilot: false,
    notBefore: data.at(0),
    notAfter: data.at(-60 * 24 * 730),
    key,
    oldKeyReads: key === "madeHere",
    onPhone: certificate.enrollment !== null,
    serves: old.breaks,
    old,
    consequences: { ...will, affected, breaks: revoked ? will.breaks.filter((what) => what !== "noneLeft") : [], deadlineHours: revoked ? will.deadlineHours : null, needsSecondOfficer: false },
  };
}

export const life = {
  renewalConsequences: async (serials) =>
    serials.map((serial, n) => {
      if (n % 5 === 4) return { serial, will: null, refused: { code: "mailboxNotValidated", message: "someone@physics.example.edu", field: null, incident: null } };
      return { serial, will: succession(serial, "same", null), refused: null };
    }),
  replacementConsequences: async (serial, request, old) => {
    if (request !== null && !request.includes("CERTIFICATE REQUEST")) refuse("validation", "this is no certificate request", "csr");
    const { profile } = found(data.certificates.find((c) => c.serial === serial));
    return succession(serial, ["encryption", "document"].includes(profile) ? "madeHere" : "requested", old.revoked);
  },
  renewCertificates: async (serials) =>
    serials.map((serial, n) => {
      const old = found(data.certificates.find((c) => c.serial === serial));
      if (n % 5 === 4) return { serial, certificate: null, refused: { code: "mailboxNotValidated", message: "someone@physics.example.edu", field: null, incident: null } };
      const made = { ...old, serial: data.fresh().replaceAll("-", "").toUpperCase(), notBefore: data.at(0), notAfter: data.at(-60 * 24 * 730) };
      data.certificates.unshift(made);
      old.status = "superseded";
      changed();
      return { serial, certificate: made, refused: null };
    }),
  replaceFromRequest: async (serial) => {
    const old = found(data.certificates.find((c) => c.serial === serial));
    old.status = "superseded";
    return { certificate: issue({ mail: old.san[0]?.replace("rfc822Name:", "") ?? "", profile: old.profile }), superseded: 1 };
  },
  replaceWithKey: async (serial) => {
    const old = found(data.certificates.find((c) => c.serial === serial));
    old.status = "superseded";
    return { certificate: issue({ mail: old.san[0]?.replace("rfc822Name:", "") ?? "", profile: old.profile }), superseded: 1, path: "/home/rosa/new.p12", password: "7KQ4-MV2T-9HX3-PD6R-W0ZB-4N8C" };
  },
  selfTest: async () => ({ authentication: { result: "publicSideOnly", reason: null }, integrity: { result: "publicSideOnly", reason: null }, confidentiality: { result: "proved", reason: null } }),
  selfTestWithFile: async () => ({ authentication: { result: "publicSideOnly", reason: null }, integrity: { result: "publicSideOnly", reason: null }, confidentiality: { result: "proved", reason: null } }),
  departure: async (id) => departures.get(id) ?? null,
  // Who has three keys to encrypt to had the second on hold once.
  pastHolds: async (id) => {
    const [, second, third] = data.certificates.filter((c) => c.subscriber === id && c.profile === "encryption");
    return second && third ? [{ serial: second.serial, from: data.at(60 * 24 * 1300), to: data.at(60 * 24 * 1200) }] : [];
  },
  actConsequences: async (act) => consequences(act),
  carryOutAct: async (act, why) => {
    const will = consequences(act);
    if (will.needsSecondOfficer) {
      waiting.push({ id: data.fresh(), verb: act.verb, count: will.affected.length, why, askedBy: "rosa", askedAt: new Date().toISOString(), reason: act.verb === "revoke" || act.verb === "offboard" ? act.reason : null, invalidSince: act.invalidSince, successor: act.successor, own: true });
      changed();
      return null;
    }
    const serials = will.affected.map((one) => one.serial);
    for (const certificate of data.certificates) if (serials.includes(certificate.serial)) certificate.status = AFTER[act.verb];
    if (act.verb === "offboard" && "person" in act.target && act.target.person) departures.set(act.target.person, { at: new Date().toISOString(), successor: act.successor, keepUntil: act.keepUntil });
    changed();
    return will;
  },
  waitingActs: async () => waiting,
  waitingActConsequences: async (id) => {
    const act = waiting.find((one) => one.id === id) ?? refuse("notFound");
    const some = data.certificates.filter((c) => c.status === "active" && c.kind === "subscriber").slice(0, act.count);
    return consequences({ target: { certificates: some.map((c) => c.serial) }, verb: act.verb, reason: "unspecified", invalidSince: null, successor: null, keepUntil: null });
  },
  approveAct: async (id) => {
    decide(id);
    return { affected: [], untouched: [], breaks: [], enrollmentsEnded: 0, challengesCancelled: 0, mailboxesUnvalidated: 0, finalAt: null, deadlineHours: null, undoable: false, needsSecondOfficer: false };
  },
  refuseAct: async (id) => (decide(id), null),
} satisfies Partial<Api>;
