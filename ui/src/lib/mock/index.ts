// The window's program, pretended: same types, invented data. `?state=empty|setup|rest|error|slow` shows the other faces, `?departments`
// a folder with two departments. Never in the product.
import type { ActVerb, Affected, Certificate, CertificateAct, CertificateDetail, CertificateFind, CertificateKinds, CertificateListView, CommandError, Consequences, Departure, Enrollment, Invitation, IssueOrder, PendingRequest, PeopleFind, PeopleListView, RevocationReason, ServerStatus, SetupDraft, StepKind, Settings, SettingView, Succession, SuccessorKey, WaitingAct } from "../../bindings";
import { ApiError, type Api, type Host } from "../api";
import * as data from "./data";
import { see } from "./see";
import * as many from "./many";
import { policyCalls } from "./policies";

const state = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("state");
let tell: () => void = () => {};
const changed = () => setTimeout(() => tell(), 0);
const refuse = (code: CommandError["code"], message = "", field: string | null = null): never => {
  throw new ApiError({ code, message, field, incident: code === "internal" ? "7F3K-21M8" : null });
};
const found = <T>(value: T | undefined): T => value ?? refuse("notFound");
const pause = () => new Promise((done) => setTimeout(done, state === "slow" ? 60_000 : 20));

let department = state === "setup" ? null : { organization: "Northbridge University", department: "Department of Physics", mailDomains: ["physics.example.edu"], hosts: ["pki.physics.example.edu"], training: false, createdAt: data.at(130_000), publicTls: false, rootKeyHere: true };
if (state === "empty") for (const list of [data.people, data.details, data.certificates, data.ledger]) list.length = 0;
const departmentOf = (id: string | null | undefined) => (id ? found(data.departments.find((d) => d.id === id)) : data.departments.length > 1 ? refuse("whichDepartment") : found(data.departments[0]));
// `?state=rest`: the setup was left after the department had been made.
let settingUp = state === "rest";
let running = state !== "empty" && state !== "setup" ? data.at(70) : null;
let draft: SetupDraft = { step: settingUp ? 4 : 0, organization: "", department: "", mailDomains: [], host: "", https: "", http: "", tls: "private", caKey: "rsa3072", contact: "", training: false };
const held = new Map<string, Invitation>();
let settings: Settings = {
  https: "192.0.2.44:8443",
  http: "192.0.2.44:8080",
  publicUrl: "https://pki.physics.example.edu:8443",
  statusUrl: "http://pki.physics.example.edu:8080",
  statusInCertificates: true,
  deviceCa: null,
  signIn: "code",
  wifiSsid: "eduroam",
  wifiServerNames: ["radius.example.edu"],
  vpnServer: null,
  vpnRemoteId: null,
  passcodeMinLength: 6,
  minOs: "15.0",
  removal: "removable",
  removalPasswordSet: false,
  scepLegacy: false,
  scepManualApproval: false,
  invitationHours: 72,
  contact: "+44 20 7946 0187",
  bundle: ["signing", "authentication"],
  authenticationWithAddress: true,
};
const WORDS = "amber basin cedar delta ember fjord gravel harbor island jungle kettle lantern meadow nectar orchid pepper".split(" ");
const status = (): ServerStatus => ({
  running: running !== null,
  since: running,
  https: settings.https,
  http: settings.http,
  publicUrl: settings.publicUrl,
  reach: "thisNetwork",
  qr: data.QR,
  tls: { privateRoot: true, issuer: "CN=Department of Physics Issuing CA,O=Northbridge University", names: ["pki.physics.example.edu"], notAfter: data.at(-60 * 24 * 307) },
  certificates: [
    { name: "root", sha256: "9F3A".repeat(16), words: WORDS, picture: [true, false, true, false, true, false, true, false, true, false, true, true, false, true, true, false, false, true, false, false, true, false, false, false, true] },
    { name: "issuing", sha256: "77C1".repeat(16), words: WORDS, picture: [] },
  ],
});

/** The phone goes on, a step every few seconds. */
function walk(id: string) {
  const next: [Enrollment["state"], StepKind][] = [["opened", "opened"], ["authenticated", "signedIn"], ["authenticated", "profileServiceSent"], ["identified", "deviceIdentified"], ["issued", "transportIssued"], ["issued", "profileSent"], ["configured", "configured"]];
  const timer = setInterval(() => {
    const detail = data.details.find((d) => d.enrollment.id === id);
    const step = next.shift();
    if (!detail || !step) return clearInterval(timer);
    const now = new Date().toISOString();
    detail.enrollment = { ...detail.enrollment, state: step[0], updatedAt: now, downloadEndsAt: step[1] === "profileServiceSent" ? new Date(Date.now() + 480_000).toISOString() : null, profileSent: step[1] === "profileSent" };
    detail.steps = [...detail.steps, { at: now, kind: step[1], facts: [] }];
    changed();
  }, 6000);
}

function invitation(enrollment: string): Invitation {
  const made: Invitation = {
    enrollment,
    url: "https://pki.physics.example.edu:8443/e/AAECAwQFBgcICQoLDA0ODw",
    code: "7KQ4-MV2T",
    codeIsAsked: true,
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    trustUrl: "http://pki.physics.example.edu:8080/trust",
    qr: data.QR,
    trustQr: data.QR,
  };
  held.set(enrollment, made);
  return made;
}

const fits = (text: string | null, ...where: string[]) => !text || where.some((w) => w.toLowerCase().includes(text.toLowerCase()));

const AFTER: Record<ActVerb, string> = { hold: "held", maybeLost: "held", reinstate: "active", revoke: "revoked", offboard: "revoked" };
const waiting: WaitingAct[] = state === "empty" ? [] : [{ id: data.fresh(), verb: "revoke", count: 14, why: "The laboratory has closed.", askedBy: "milan", askedAt: data.at(35), reason: "cessationOfOperation", invalidSince: null, successor: null, own: false }];
const requests: PendingRequest[] =
  state === "empty"
    ? []
    : [{ id: data.fresh(), subject: "CN=VPN router 3,OU=Physics,O=Example University", profile: "authentication", key: "9f2c41d07ab35e6688f0c2d1e4b7a90355aa10c7d2e8f69b4431c07d5e9f8a12", since: data.at(52) }];
const answer = (id: string) => {
  requests.splice(requests.findIndex((request) => request.id === id), 1);
  changed();
};
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
function consequences(act: CertificateAct): Consequences {
  const { verb } = act;
  const shown = (c: Certificate, after: string): Affected => ({ serial: c.serial, profile: c.profile, name: data.people.find((p) => p.id === c.subscriber)?.name ?? c.subject, device: c.enrollment ? "iPhone 15" : null, notAfter: c.notAfter, before: c.status, after });
  const chosen = meant(act);
  if (verb !== "reinstate" && chosen.some((c) => c.status === "revoked")) refuse("alreadyRevoked");
  if (!chosen.length && verb !== "offboard") refuse("validation", "there is no certificate that this could be done to", "target");
  const others = data.certificates.filter((c) => c.status === "active" && !chosen.includes(c) && chosen.some((one) => one.subscriber === c.subscriber));
  const of = (profile: string) => verb !== "reinstate" && chosen.some((c) => c.profile === profile);
  return {
    affected: chosen.map((c) => shown(c, AFTER[verb])),
    untouched: others.map((c) => shown(c, c.status)),
    breaks: [...(of("signing") ? (["signedMail"] as const) : []), ...(of("authentication") ? (["networkAccess"] as const) : []), ...(verb !== "reinstate" ? (["noneLeft"] as const) : [])],
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
    name: old.name,
    profile: old.profile,
    profileVersion: 3,
    pilot: false,
    notBefore: data.at(0),
    notAfter: data.at(-60 * 24 * 730),
    key,
    oldKeyReads: key === "madeHere",
    onPhone: certificate.enrollment !== null,
    old,
    consequences: { ...will, affected, breaks: revoked ? will.breaks.filter((what) => what !== "noneLeft") : [], deadlineHours: revoked ? will.deadlineHours : null, needsSecondOfficer: false },
  };
}
const savedViews: { of: "certificates" | "people"; id: string; name: string; find: unknown; columns: string[] }[] =
  state === "empty" ? [] : [{ of: "certificates", id: data.fresh(), name: "Wi-Fi this year", find: { search: null, statuses: ["active", "held"], profiles: ["authentication"], expiringDays: null, kind: "subscriber", sort: "endingFirst", after: null, before: null, skip: 0, limit: 0 }, columns: ["state", "name", "use", "ends", "days"] }];
const departures = new Map<string, Departure>();

function issue(order: IssueOrder): Certificate {
  const person = data.people.find((p) => p.mailboxes.some((m) => m.address === order.mail)) ?? refuse("notFound");
  const made: Certificate = { serial: data.fresh().replaceAll("-", "").toUpperCase(), status: "active", profile: order.profile, subject: person.subject, san: [`rfc822Name:${order.mail}`], subscriber: person.id, notBefore: data.at(0), notAfter: data.at(-60 * 24 * 730), enrollment: null, kind: "subscriber" };
  data.certificates.unshift(made);
  changed();
  return made;
}
const leaf = (name: string, value: string) => ({ name, value, children: [] });
const detail = (certificate: Certificate): CertificateDetail => ({
  certificate,
  addresses: certificate.san.map((san) => san.replace(/^[A-Za-z0-9]+:/, "")),
  keyUsage: certificate.profile === "signing" ? ["digitalSignature", "contentCommitment"] : ["digitalSignature", "keyEncipherment"],
  purposes: [certificate.profile === "signing" ? "emailProtection" : "clientAuth"],
  daysLeft: Math.floor((new Date(certificate.notAfter).getTime() - Date.now()) / 86_400_000),
  key: "RSA 2048",
  revokedAt: certificate.status === "revoked" || certificate.status === "held" ? data.at(300) : null,
  revokedUnlessReinstatedAt: certificate.status === "held" ? data.at(-2 * 24 * 60) : null,
  supersededAt: null,
  tree: [
    leaf("version", "3"),
    leaf("serialNumber", certificate.serial),
    { name: "subject", value: "", children: certificate.subject.split(",").map((part) => leaf(part.split("=")[0] ?? "", part.split("=")[1] ?? "")) },
    { name: "extensions", value: "", children: [{ name: "keyUsage", value: "", children: [leaf("critical", "true"), leaf("bits", "digitalSignature")] }, { name: "subjectAltName", value: "", children: certificate.san.map((san) => leaf("rfc822Name", san)) }] },
  ],
  chain: ["issuing", "root"].map((profile, n) => ({ subject: `CN=Northbridge Physics ${n ? "Root" : "Issuing 1"},O=Northbridge University`, serial: profile, key: "RSA 3072", notAfter: data.at(-60 * 24 * (n ? 7000 : 3600)), signatureFits: true })),
  lint: [],
  advice: certificate.profile === "authentication" ? null : [{ rule: "organization", clause: "S/MIME BR 7.1.4.2.4, 7.1.4.2.5" }, { rule: "personName", clause: "S/MIME BR 7.1.4.2.5, 7.1.4.2.6" }],
  issuedAt: certificate.notBefore,
  revokedReason: certificate.status === "revoked" ? "keyCompromise" : certificate.status === "held" ? "certificateHold" : null,
  actor: certificate.enrollment ? "device" : "officer",
  actorName: certificate.enrollment ? "" : "rosa",
  ledger: 3121,
  policy: "3",
  cps: "2.1",
  pilot: true,
  madeHere: certificate.profile === "encryption",
  device: certificate.enrollment ? (data.people.find((p) => p.id === certificate.subscriber)?.devices[0] ?? null) : null,
  published: ["http://pki.physics.example.edu:8080/crl/issuing.crl"],
  targets: [{ address: "https://www.physics.example.edu/pki", lastSuccess: data.at(200), waiting: 0 }],
  timeline: [
    { at: certificate.notBefore, event: "certificate.issued", actor: certificate.enrollment ? "device" : "officer", actorName: certificate.enrollment ? "" : "rosa", ledger: 3121, reason: null, by: null },
    ...(certificate.status === "held" ? [{ at: data.at(300), event: "certificate.held", actor: "officer" as const, actorName: "rosa", ledger: 4790, reason: "certificateHold", by: null }] : []),
    { at: certificate.notAfter, event: "certificate.ends", actor: null, actorName: "", ledger: null, reason: null, by: null },
  ],
  sha256: "9F3A77C1".repeat(8),
  sha1: "77C19F3A".repeat(5),
  pem: "-----BEGIN CERTIFICATE-----",
});
/** A part of a list, as the program cuts it. */
function cut<T>(rows: T[], id: (row: T) => string, q: { after: string | null; before: string | null; skip: number; limit: number }): { rows: T[]; more: boolean; total: number; totalIsExact: boolean } {
  const known = (wanted: string) => rows.findIndex((row) => id(row) === wanted);
  if (q.before !== null) {
    const end = known(q.before);
    const from = Math.max(0, end - q.limit);
    return { rows: rows.slice(from, end), more: from > 0, total: rows.length, totalIsExact: true };
  }
  const from = (q.after !== null ? known(q.after) + 1 : 0) + q.skip;
  return { rows: rows.slice(from, from + q.limit), more: from + q.limit < rows.length, total: rows.length, totalIsExact: true };
}
const certificateView = async (v: (typeof savedViews)[number]): Promise<CertificateListView> => {
  const find = v.find as CertificateFind;
  return { id: v.id, name: v.name, find, columns: v.columns, count: (await calls.findCertificates({ ...find, limit: 1 })).total, countIsExact: true };
};
const peopleView = async (v: (typeof savedViews)[number]): Promise<PeopleListView> => {
  const find = v.find as PeopleFind;
  return { id: v.id, name: v.name, find, columns: v.columns, count: (await calls.findPeople({ ...find, limit: 1 })).total, countIsExact: true };
};
function keep(of: "certificates" | "people", view: { name: string; find: unknown; columns: string[] }) {
  const known = savedViews.find((v) => v.of === of && v.name === view.name.trim());
  if (known) Object.assign(known, { find: view.find, columns: view.columns });
  const kept = known ?? { of, id: data.fresh(), ...view, name: view.name.trim() };
  if (!known) savedViews.push(kept);
  changed();
  return kept;
}
const ofKind = (kind: CertificateKinds) => (kind === "subscriber" ? data.certificates : kind === "authority" ? data.ours : kind === "all" ? [...data.certificates, ...data.ours] : []);

/** What is set where: the department (or null) and the name. */
const own = new Set<string>(["null wifi.ssid", `${data.departments[1]?.id} device.min_os`]);
const ORGANIZATION_ONLY = ["mailbox.valid_days", "revoke.four_eyes_above", "revoke.four_eyes_hours", "revoke.maybe_lost_days", "serve.public_url", "serve.https", "serve.http", "status.url", "scep.legacy"];
const OPTIONAL = ["cps.version", "cps.url", "cps.oid", "cps.since", "portal.contact", "wifi.ssid", "wifi.server_names", "vpn.server", "vpn.remote_id", "device.min_os"];
const SHOWN: Record<string, () => string> = {
  "mailbox.valid_days": () => "398",
  "revoke.four_eyes_above": () => "10",
  "revoke.four_eyes_hours": () => "24",
  "revoke.maybe_lost_days": () => "3",
  "cps.version": () => "2.1",
  "cps.url": () => "https://pki.example.edu/cps",
  "cps.oid": () => "1.3.6.1.4.1.32473.1",
  "cps.since": () => "2026-09-01",
  "portal.contact": () => settings.contact ?? "",
  "wifi.ssid": () => settings.wifiSsid ?? "",
  "wifi.server_names": () => settings.wifiServerNames.join(" "),
  "device.min_os": () => settings.minOs ?? "",
};
const KEYS = [...ORGANIZATION_ONLY, ...OPTIONAL, "portal.sign_in", "invitation.hours", "bundle", "authentication.with_address", "passcode.min_length", "removal", "removal.password", "scep.manual_approval"];
const views = (department: string | null): SettingView[] =>
  KEYS.map((key) => ({
    key,
    level: ORGANIZATION_ONLY.includes(key) ? "organization" : "department",
    value: SHOWN[key]?.() ?? "",
    source: own.has(`${department} ${key}`) && department ? "department" : own.has(`null ${key}`) ? "organization" : "builtin",
    inherited: "",
    optional: OPTIONAL.includes(key),
    waiting: key === "revoke.four_eyes_above" && state !== "empty" ? { value: "50", askedBy: "milan", askedAt: data.at(35), own: false } : null,
  }));

const calls: Api = {
  session: async () => (state === "error" ? refuse("keyring", "Secret Service: locked") : { officer: "Rosa Meier", version: "0.1.0", folder: "/home/rosa/.local/share/signet", department, departments: department ? data.departments : [], settingUp: settingUp || !department, ledgerBrokenAt: null }),
  setupDraft: async () => draft,
  saveSetupDraft: async (next) => ((draft = next), null),
  interfaces: async () => [
    { name: "wlp3s0", address: "192.168.1.44", reach: "thisNetwork" },
    { name: "eth0", address: "192.0.2.44", reach: "anyone" },
    { name: "lo", address: "127.0.0.1", reach: "thisComputer" },
  ],
  createDepartment: async (d) => {
    await new Promise((done) => setTimeout(done, 2500));
    department = { organization: d.organization, department: d.department, mailDomains: d.mailDomains, hosts: [d.host], training: d.training, createdAt: data.at(0), publicTls: false, rootKeyHere: true };
    draft = { ...d, step: d.step + 1 };
    settingUp = true;
    changed();
    return department;
  },
  endSetup: async () => ((settingUp = false), null),
  moveRootKey: async () => {
    if (department) department = { ...department, rootKeyHere: false };
    changed();
    return { path: "/media/rosa/STICK/signet-root-key.pem" };
  },
  importTls: async () => true,
  today: async () => ({
    people: data.people.length,
    waiting: data.details.filter((d) => d.enrollment.state === "invited").length,
    inProgress: data.details.filter((d) => ["opened", "authenticated", "identified", "issued"].includes(d.enrollment.state)).length,
    configuredThisWeek: data.details.filter((d) => d.enrollment.state === "configured").length,
    expiring: data.certificates.filter((c) => new Date(c.notAfter).getTime() < Date.now() + 30 * 86_400_000).length,
    renewals: data.certificates.filter((c) => c.status === "active" && new Date(c.notAfter).getTime() < Date.now() + 30 * 86_400_000).length,
    renewalDays: 30,
    pendingRequests: requests.length,
    actsWaiting: waiting.length,
    perhapsLost: 0,
    perhapsLostUntil: null,
    recent: data.details.slice(0, 12).map((d) => ({ at: d.enrollment.updatedAt, kind: d.steps.at(-1)?.kind ?? "invited", enrollment: d.enrollment.id, name: d.enrollment.name, state: d.enrollment.state })),
  }),
  subscribers: async (q) => {
    const all = data.people.filter((p) => !q.department || q.department === p.departmentId).filter((p) => fits(q.search, p.name, ...p.mailboxes.map((m) => m.address)));
    return { rows: q.after ? [] : all.slice(0, q.limit), more: false, total: all.length, totalIsExact: true };
  },
  subscriber: async (id) => found(data.people.find((p) => p.id === id)),
  addSubscriber: async (n) => {
    if (data.people.some((p) => p.mailboxes.some((m) => m.address === n.mail))) refuse("mailboxTaken");
    if (!n.mail.endsWith("example.edu")) refuse("validation", "The address is not in physics.example.edu.", "mail");
    const at = departmentOf(n.department);
    const person = { id: data.fresh(), name: n.name, kind: n.kind, department: at.name, departmentId: at.id, subject: `CN=${n.name},OU=${at.certifiedName},O=Northbridge University`, mailboxes: [data.unvalidated(n.mail)], createdAt: new Date().toISOString(), activeCertificates: 0, enrollmentState: null, devices: [], mixedScripts: false };
    data.people.push(person);
    changed();
    return person;
  },
  departments: async () => data.departments,
  addDepartment: async (n) => {
    if (data.departments.some((d) => d.name === n.name)) refuse("departmentTaken");
    const foreign = n.mailDomains.find((domain) => domain !== "physics.example.edu");
    if (foreign) refuse("validation", `the CA of this folder was made for physics.example.edu and may not certify ${foreign}: choose among those, or set up another folder for ${foreign}`, "mail_domains");
    const made = { ...departmentOf(data.departments[0]?.id), id: data.fresh(), name: n.name, certifiedName: n.name, mailDomains: n.mailDomains, pilot: true, createdAt: new Date().toISOString() };
    data.departments.push(made);
    changed();
    return made;
  },
  permittedMailDomains: async () => ["physics.example.edu", "example.edu"],
  changeMailDomains: async (n) => {
    const of = departmentOf(n.department);
    const wrong = n.mailDomains.find((one) => !["physics.example.edu", "example.edu"].includes(one));
    if (wrong) refuse("validation", `the CA of this folder was made for physics.example.edu, example.edu and may not certify ${wrong}: choose among those, or set up another folder for ${wrong}`, "mail_domains");
    of.mailDomains = n.mailDomains;
    changed();
    return of;
  },
  renameOrganization: async (name) => {
    for (const one of data.departments) one.organization = name;
    if (department) department = { ...department, organization: name };
    changed();
    return null;
  },
  renameDepartment: async (n) => {
    const renamed = departmentOf(n.department);
    renamed.name = n.name;
    for (const person of data.people) if (person.departmentId === renamed.id) person.department = n.name;
    changed();
    return renamed;
  },
  moveSubscriber: async (moved) => {
    const [person, to] = [found(data.people.find((p) => p.id === moved.subscriber)), departmentOf(moved.department)];
    Object.assign(person, { department: to.name, departmentId: to.id, subject: `CN=${person.name},OU=${to.certifiedName},O=Northbridge University` });
    changed();
    return person;
  },
  addMailbox: async (n) => {
    const person = found(data.people.find((p) => p.id === n.subscriber));
    person.mailboxes = [...person.mailboxes, data.unvalidated(n.mail)];
    changed();
    return person;
  },
  deleteSubscriber: async (id) => {
    const at = data.people.findIndex((p) => p.id === id);
    if (data.people[at]?.activeCertificates) refuse("activeCertificates");
    data.people.splice(at, 1);
    changed();
    return null;
  },
  validateMailbox: async (v) => {
    const person = found(data.people.find((p) => p.mailboxes.some((m) => m.address === v.mail)));
    person.mailboxes = person.mailboxes.map((m) => (m.address === v.mail ? { ...m, validated: true, validatedAt: new Date().toISOString(), validUntil: new Date(Date.now() + 398 * 86_400_000).toISOString(), validatedBy: "rosa", method: v.method === "records" ? "records" : "in-person", evidence: v.evidence } : m));
    changed();
    return person;
  },
  invite: async (mail) => {
    const person = found(data.people.find((p) => p.mailboxes.some((m) => m.address === mail)));
    if (!person.mailboxes.some((m) => m.validated)) {
      const ended = person.mailboxes.find((m) => m.validUntil);
      if (ended) refuse("mailboxValidationEnded", `${ended.address} ${ended.validUntil}`);
      refuse("mailboxNotValidated");
    }
    const id = data.fresh();
    const now = new Date().toISOString();
    data.details.unshift({ enrollment: { id, subscriber: person.id, name: person.name, department: person.department, departmentId: person.departmentId, mail, state: "invited", profileSent: false, channel: "show", createdAt: now, expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(), updatedAt: now, device: null, downloadEndsAt: null }, steps: [{ at: now, kind: "invited", facts: [] }], certificates: [], shown: true });
    walk(id);
    changed();
    return invitation(id);
  },
  resendInvitation: async (id) => invitation(id),
  shownInvitation: async (id) => held.get(id) ?? (data.details.find((d) => d.enrollment.id === id)?.shown ? invitation(id) : null),
  saveQr: async (_, format) => ({ path: `/home/rosa/invitation.${format}` }),
  enrollments: async (q) => {
    const all = data.details.map((d) => d.enrollment).filter((e) => (!q.states.length || q.states.includes(e.state)) && (!q.subscriber || e.subscriber === q.subscriber) && fits(q.search, e.name, e.mail));
    return { rows: q.after ? [] : all.slice(0, q.limit), more: false, total: all.length, totalIsExact: true };
  },
  enrollment: async (id) => found(data.details.find((d) => d.enrollment.id === id)),
  funnel: async () => {
    const order: Enrollment["state"][] = ["invited", "opened", "authenticated", "identified", "issued", "configured"];
    const rank = (s: Enrollment["state"]) => order.indexOf(s);
    return [...order, "declined", "expired", "failed", "cancelled"].map((s) => {
      const here = s as Enrollment["state"];
      const standing = data.details.filter((d) => d.enrollment.state === here).length;
      return { state: here, standing, reached: rank(here) < 0 ? standing : data.details.filter((d) => rank(d.enrollment.state) >= rank(here)).length };
    });
  },
  cancelEnrollment: async (id) => {
    const detail = found(data.details.find((d) => d.enrollment.id === id));
    detail.enrollment = { ...detail.enrollment, state: "cancelled" };
    changed();
    return null;
  },
  certificates: async (q) => [...data.certificates, ...(q.all ? data.ours : [])].filter((c) => !q.subscriber || c.subscriber === q.subscriber).slice(0, q.after ? 0 : q.limit),
  certificate: async (serial) => found([...data.certificates, ...data.ours].find((c) => c.serial === serial)),
  findCertificates: async (q) => {
    if (state === "million" && !q.search && !q.statuses.length && !q.profiles.length && q.expiringDays === null) return many.find(q);
    const soon = Date.now() + (q.expiringDays ?? 0) * 86_400_000;
    const rows = ofKind(q.kind)
      .filter((c) => fits(q.search, c.subject, c.serial, ...c.san))
      .filter((c) => (!q.statuses.length || q.statuses.some((s) => s === c.status)) && (!q.profiles.length || q.profiles.includes(c.profile)))
      .filter((c) => (q.endsFrom === null || (c.status === "active" && c.notAfter >= q.endsFrom)) && (q.endsBefore === null || (c.status === "active" && c.notAfter < q.endsBefore)))
      .filter((c) => q.expiringDays === null || (c.status === "active" && new Date(c.notAfter).getTime() < soon))
      .sort((a, b) => (q.sort === "name" ? a.subject.localeCompare(b.subject) : q.sort === "endingFirst" ? a.notAfter.localeCompare(b.notAfter) : q.sort === "endingLast" ? b.notAfter.localeCompare(a.notAfter) : 0));
    if (q.sort === "nameLast" || q.sort === "oldest") rows.reverse();
    const part = cut(rows, (c) => c.serial, q);
    return { ...part, devices: part.rows.flatMap((c) => (c.enrollment ? [{ enrollment: c.enrollment, model: "iPhone15,4" }] : [])), notIndexed: 0 };
  },
  matchingCertificates: async (q) => ({ rows: (await calls.findCertificates({ ...q, limit: 10_000 })).rows, more: false }),
  findPeople: async (q) => {
    const rows = data.people
      .filter((p) => fits(q.search, p.name, ...p.mailboxes.map((m) => m.address)))
      .filter((p) => (q.kind === null || p.kind === q.kind) && (q.validated === null || p.mailboxes.every((m) => m.validated) === q.validated))
      .filter((p) => q.has === null || (q.has === "none" || q.has === "noEncryption" ? !p.activeCertificates : !!p.activeCertificates));
    if (q.sort === "nameLast" || q.sort === "newest") rows.reverse();
    return cut(rows, (p) => p.id, q);
  },
  exportPeople: async (_, _chosen, format) => ({ path: `/home/rosa/people.${format}` }),
  certificateViews: async () => Promise.all(savedViews.filter((v) => v.of === "certificates").map((v) => certificateView(v))),
  peopleViews: async () => Promise.all(savedViews.filter((v) => v.of === "people").map((v) => peopleView(v))),
  saveCertificateView: async (v) => certificateView(keep("certificates", v)),
  savePeopleView: async (v) => peopleView(keep("people", v)),
  renameView: async (id, name) => {
    const found = savedViews.find((v) => v.id === id) ?? refuse("notFound");
    if (savedViews.some((v) => v.of === found.of && v.name === name.trim() && v.id !== id)) refuse("validation", "another view has this name; choose another one", "name");
    found.name = name.trim();
    changed();
    return null;
  },
  deleteView: async (id) => {
    savedViews.splice(savedViews.findIndex((v) => v.id === id), 1);
    changed();
    return null;
  },
  certificateDetail: async (serial) => detail(found([...data.certificates, ...data.ours].find((c) => c.serial === serial))),
  exportCertificates: async (_, format) => ({ path: `/home/rosa/certificates.${format}` }),
  certificateCounts: async (kind) => {
    const all = ofKind(kind);
    const statuses = (["active", "held", "revoked", "expired", "superseded"] as const).map((status) => ({ status, count: all.filter((c) => c.status === status).length }));
    const profiles = [...new Set(all.map((c) => c.profile))].map((profile) => ({ profile, count: all.filter((c) => c.profile === profile).length }));
    const soon = Date.now() + 30 * 86_400_000;
    return { total: all.length, byStatus: statuses.filter((one) => one.count), byProfile: profiles, ending: all.filter((c) => c.status === "active" && new Date(c.notAfter).getTime() < soon).length };
  },
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
  renewalConsequences: async (serials) =>
    serials.map((serial, n) => {
      if (n % 5 === 4) return { serial, will: null, refused: { code: "mailboxNotValidated", message: "", field: null, incident: null } };
      return { serial, will: succession(serial, "same", null), refused: null };
    }),
  replacementConsequences: async (serial, old) => {
    const { profile } = found(data.certificates.find((c) => c.serial === serial));
    return succession(serial, ["encryption", "document"].includes(profile) ? "madeHere" : "requested", old.revoked);
  },
  renewCertificates: async (serials) =>
    serials.map((serial, n) => {
      const old = found(data.certificates.find((c) => c.serial === serial));
      if (n % 5 === 4) return { serial, certificate: null, refused: { code: "mailboxNotValidated", message: "", field: null, incident: null } };
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
  shareCertificate: async (_, format) => ({ path: `/home/rosa/certificate.${format}` }),
  sharePerson: async (_, format) => ({ path: `/home/rosa/certificates.${format === "vcard" ? "vcf" : "ldif"}` }),
  selfTest: async () => ({ authentication: { result: "publicSideOnly", reason: null }, integrity: { result: "publicSideOnly", reason: null }, confidentiality: { result: "proved", reason: null } }),
  selfTestWithFile: async () => ({ authentication: { result: "publicSideOnly", reason: null }, integrity: { result: "publicSideOnly", reason: null }, confidentiality: { result: "proved", reason: null } }),
  departure: async (id) => departures.get(id) ?? null,
  ...policyCalls({ state, at: data.at, refuse, changed, departments: () => data.departments }),
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
  pendingRequests: async () => requests,
  approveRequest: async (id) => (answer(id), null),
  refuseRequest: async (id) => (answer(id), null),
  exportCertificate: async () => ({ path: "/home/rosa/certificate.pem" }),
  serverStatus: async () => status(),
  startServer: async () => {
    if (state === "empty") refuse("portInUse", "192.0.2.44:8443");
    running = new Date().toISOString();
    changed();
    return status();
  },
  stopServer: async () => {
    running = null;
    changed();
    return status();
  },
  requestLog: async () =>
    running === null
      ? []
      : [
          ["GET", "/crl/issuing.crl", 200, false, null],
          ["GET", "/e/…", 200, true, null],
          ["HEAD", "/e/…", 200, true, null],
          ["POST", "/ota/…", 403, true, "signer is no known device"],
          ["POST", "/scep/signet", 200, false, "PKIOperation"],
        ].map(([method, path, code, secure, note], n) => ({ at: data.at(n * 2), peer: "192.0.2.17", secure: !!secure, method: String(method), path: String(path), status: Number(code), milliseconds: n, note: note as string | null })),
  settings: async () => settings,
  settingsOf: async (department) => ({ settings, views: views(department), removalPassword: null }),
  escrowGlance: async () => data.departments.map((d, n) => ({ department: d.id, enabled: n === 0 && data.departments.length > 1, since: d.createdAt, why: n === 0 && data.departments.length > 1 ? "The mail archive must stay readable" : null })),
  changeSetting: async ({ key, value, fate, department }) => {
    if (fate === "inherit") own.delete(`${department} ${key}`);
    else own.add(`${department} ${key}`);
    if (key === "device.min_os" && value && !/^\d+(\.\d+)*$/.test(value)) refuse("validation", "Give a version like 15.0.", key);
    const yes = value === "yes";
    const change: Record<string, Partial<Settings>> = {
      "portal.sign_in": { signIn: value as Settings["signIn"] },
      "portal.contact": { contact: value },
      "wifi.ssid": { wifiSsid: value || null },
      "wifi.server_names": { wifiServerNames: value.split(/\s+/).filter(Boolean) },
      "vpn.server": { vpnServer: value || null },
      "vpn.remote_id": { vpnRemoteId: value || null },
      "passcode.min_length": { passcodeMinLength: Number(value) },
      "device.min_os": { minOs: value || null },
      removal: { removal: value as Settings["removal"] },
      "removal.password": { removalPasswordSet: true },
      "scep.legacy": { scepLegacy: yes },
      "scep.manual_approval": { scepManualApproval: yes },
      "authentication.with_address": { authenticationWithAddress: yes },
      bundle: { bundle: value.split(/\s+/) },
    };
    if (fate === "set") settings = { ...settings, ...change[key] };
    const made = key === "removal" && value === "password" && !settings.removalPasswordSet;
    if (made) settings = { ...settings, removalPasswordSet: true };
    return { settings, views: views(department), removalPassword: made ? "7KQ4-M2XR-9DTW-C5HN-VB8E-3JPZ" : null };
  },
  changeSettings: async (department, typed) => {
    for (const { key, value } of typed) {
      if (key === "cps.url" && value && !/^https?:\/\//.test(value)) refuse("validation", "Give an address that begins with https:// or http://.", key);
    }
    for (const { key, value } of typed) {
      if (value) own.add(`${department} ${key}`);
      else own.delete(`${department} ${key}`);
      SHOWN[key] = () => value;
    }
    return { settings, views: views(department), removalPassword: null };
  },
  ledger: async (before) => data.ledger.filter((row) => before === null || row.number < before).slice(0, 200),
  ...see({ empty: state === "empty", changed, refuse }),
  verifyLedger: async () => ({ rows: 4812, head: "9F3A".repeat(16), brokenAt: null, unsignedSince: null }),
};

const api = Object.fromEntries(
  Object.entries(calls).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      await pause();
      return structuredClone(await (call as (...args: unknown[]) => unknown)(...args));
    },
  ]),
) as Api;

const host: Host = {
  show: async () => {},
  close: async () => {},
  onChanged: (callback) => (tell = callback),
  zoom: async (factor) => {
    document.documentElement.style.setProperty("zoom", String(factor));
  },
};

export const pretended: { api: Api; host: Host } | null = { api, host };
