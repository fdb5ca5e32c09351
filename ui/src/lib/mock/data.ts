// A small invented department, for looking at the window without the program.
import type { Certificate, DepartmentRow, Device, Enrollment, EnrollmentDetail, LedgerRow, Mailbox, State, Step, StepKind, Subscriber } from "../../bindings";

export const START = Date.now();
export const at = (minutesAgo: number) => new Date(START - minutesAgo * 60_000).toISOString().replace(/\.\d+Z/, "Z");
let ids = 0;
export const fresh = () => `01988f00-0000-7000-8000-${String(++ids).padStart(12, "0")}`;
const serial = (n: number) => (BigInt(n) * 0x9e3779b97f4a7c15f39cc0605cedc835n & ((1n << 126n) - 1n)).toString(16).toUpperCase().padStart(32, "4");

export const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h37v37H0z"/><path fill="#000" d="' +
  Array.from({ length: 29 }, (_, y) => Array.from({ length: 29 }, (_, x) => ((x * 7 + y * 13 + x * y) % 5 < 2 && !(x < 8 && y < 8) && !(x > 20 && y < 8) && !(x < 8 && y > 20) ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join("")).join("") +
  [[4, 4], [26, 4], [4, 26]].map(([x, y]) => `M${x} ${y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z`).join("") +
  '" fill-rule="evenodd"/></svg>';

const NAMES: [string, string, State | null, number][] = [
  ["Oluwaseun Adéyẹmí", "o.adeyemi", "configured", 2],
  ["José Álvarez", "jalvarez", "authenticated", 0],
  ["Zoë Brâncuși", "z.brancusi", "configured", 2],
  ["Amélie Dupont-Lefèvre", "a.dupont", "configured", 2],
  ["Ivana Đorđević", "i.djordjevic", "invited", 0],
  ["Examinations Office", "exams", "configured", 1],
  ["María José Fernández-Villaverde y Gómez de la Torre", "mj.fernandez", "configured", 2],
  ["Søren Kjærgaard", "s.kjaergaard", "expired", 0],
  ["李娜", "li.na", "invited", 0],
  ["Nguyễn Thị Minh Anh", "m.nguyen", "configured", 2],
  ["Tomás Ó Conghaile", "t.conghaile", "configured", 2],
  ["Åsa Öberg", "asa.oberg", "configured", 2],
  ["Niamh O’Connor", "niamh.oconnor", "identified", 0],
  ["Ελένη Παπαδοπούλου", "e.papadopoulou", "configured", 2],
  ["Priya Raghunathan", "p.raghunathan", null, 0],
  ["Дмитрий Соколов", "d.sokolov", "cancelled", 0],
  ["Łukasz Wójcik", "l.wojcik", "configured", 2],
  ["Hans-Jörg von der Mühlen", "hj.muehlen", null, 0],
  ["Sofia Žilinskaitė", "s.zilinskaite", "issued", 1],
];

const departmentRow = (name: string, pilot: boolean): DepartmentRow => ({
  id: fresh(),
  name,
  organization: "Northbridge University",
  certifiedOrganization: "Northbridge University",
  certifiedName: name,
  mailDomains: ["physics.example.edu"],
  pilot,
  training: false,
  createdAt: at(130_000),
});
const several = typeof location !== "undefined" && new URLSearchParams(location.search).has("departments");
const physics = departmentRow("Department of Physics", !several);
export const departments: DepartmentRow[] = several ? [physics, departmentRow("Institute of Chemistry", true)] : [physics];
const belongs = (n: number) => departments[n % 3 === 2 ? departments.length - 1 : 0] ?? physics;

const device = (n: number): Device => ({
  id: fresh(),
  product: ["iPhone15,4", "iPhone14,5", "iPhone17,3"][n % 3] ?? null,
  serial: `F4GX2K9Q${String.fromCharCode(65 + n)}P`,
  udid: null,
  osVersion: ["18.3", "17.6.1", "26.0"][n % 3] ?? null,
  imei: null,
  language: "en-GB",
  firstSeen: at(60 * 24 * 40),
});

/** A mailbox that nobody has validated. */
export const unvalidated = (address: string): Mailbox => ({ address, validated: false, validatedAt: null, validUntil: null, validatedBy: null, method: null, evidence: null });
/** Days since a mailbox was validated: of two people too long ago, or nearly. */
const validatedFor = (local: string, n: number): number => ({ "d.sokolov": 410, "asa.oberg": 380 })[local] ?? 30 + n;

export const people: Subscriber[] = NAMES.map(([name, local, state, active], n) => ({
  id: fresh(),
  name,
  kind: local === "exams" ? "functional" : "person",
  department: belongs(n).name,
  departmentId: belongs(n).id,
  subject: `CN=${name},OU=${belongs(n).certifiedName},O=Northbridge University`,
  mailboxes: [
    {
      address: `${local}@physics.example.edu`,
      validated: !["p.raghunathan", "d.sokolov"].includes(local),
      validatedAt: local === "p.raghunathan" ? null : at(60 * 24 * validatedFor(local, n)),
      validUntil: local === "p.raghunathan" ? null : at(60 * 24 * (validatedFor(local, n) - 398)),
      validatedBy: local === "p.raghunathan" ? null : "rosa",
      method: local === "p.raghunathan" ? null : n % 2 ? "records" : "in-person",
      evidence: local === "p.raghunathan" ? null : "Staff card shown",
    },
    ...(local === "asa.oberg" ? [unvalidated("oberg@optics.example.edu")] : []),
  ],
  createdAt: at(60 * 24 * (60 + n)),
  activeCertificates: active,
  enrollmentState: state,
  devices: active ? [device(n)] : [],
  mixedScripts: local === "d.sokolov",
}));

const WALK: StepKind[] = ["invited", "pageViewed", "opened", "signedIn", "profileServiceSent", "deviceIdentified", "transportOffered", "transportIssued", "profileRequested", "profileSent", "identityIssued", "identityIssued", "configured"];
const REACHED: Record<State, number> = { invited: 1, opened: 3, authenticated: 5, identified: 7, issued: 10, configured: 13, declined: 3, expired: 2, failed: 3, cancelled: 1 };
const FACTS: Partial<Record<StepKind, Record<string, string>>> = {
  invited: { via: "show" },
  signedIn: { by: "code" },
  deviceIdentified: { product: "iPhone15,4", os_version: "18.3", serial: "F4GX2K9QAP", digest: "SHA-1" },
  transportIssued: { serial: serial(3), key: "RSA 2048" },
  profileSent: { bytes: "14212" },
  identityIssued: { profile: "authentication", serial: serial(7) },
};

export function steps(state: State, began: number): Step[] {
  const walk = WALK.slice(0, REACHED[state]);
  const end: StepKind[] = state === "declined" || state === "expired" || state === "failed" || state === "cancelled" ? [state] : [];
  return [...walk, ...end].map((kind, n) => ({
    at: at(Math.max(0, began - n * 0.9)),
    kind,
    facts: Object.entries(FACTS[kind] ?? {}).map(([name, value]) => ({ name, value })),
  }));
}

export const certificates: Certificate[] = people.flatMap((person, n) =>
  Array.from({ length: person.activeCertificates }, (_, k) => ({
    serial: serial(n * 10 + k + 1),
    status: n === 6 && k === 0 ? "revoked" : n === 9 && k === 1 ? "held" : "active",
    profile: k === 0 ? "authentication" : "signing",
    subject: person.subject,
    san: person.mailboxes.slice(0, 1).map((m) => `rfc822Name:${m.address}`),
    subscriber: person.id,
    notBefore: at(60 * 24 * 40),
    notAfter: at(-60 * 24 * (k === 0 ? 12 + n * 20 : 700)),
    enrollment: null,
    kind: "subscriber",
    readsMail: false,
    serves: [k === 0 ? ("networkAccess" as const) : ("signedMail" as const)],
    madeHere: false,
    ours: true,
    revokedAt: n === 6 && k === 0 ? at(300) : n === 9 && k === 1 ? at(300) : null,
  })),
);
export const ours: Certificate[] = ["tls", "profile_signer", "ra", "issuing", "root"].map((profile, n) => ({
  serial: serial(900 + n),
  status: "active",
  profile,
  subject: `CN=Signet ${profile},OU=Department of Physics,O=Northbridge University`,
  san: profile === "tls" ? ["dNSName:pki.physics.example.edu"] : [],
  subscriber: null,
  notBefore: at(60 * 24 * 90),
  notAfter: at(-60 * 24 * (profile === "tls" ? 307 : 3600)),
  enrollment: null,
  kind: "authority",
  readsMail: false,
  serves: [],
  madeHere: false,
  ours: true,
  revokedAt: null,
}));

export const details: EnrollmentDetail[] = people
  .filter((person) => person.enrollmentState)
  .map((person, n) => {
    const state = person.enrollmentState ?? "invited";
    const began = state === "authenticated" ? 8 : state === "invited" ? 60 * 24 * 3 + n : 60 * n + 40;
    const walked = steps(state, began);
    const enrollment: Enrollment = {
      id: fresh(),
      subscriber: person.id,
      name: person.name,
      department: person.department,
      departmentId: person.departmentId,
      mail: person.mailboxes[0]?.address ?? "",
      state,
      profileSent: state === "issued",
      channel: n % 4 ? "show" : "letter",
      createdAt: at(began),
      expiresAt: at(began - 72 * 60),
      updatedAt: walked.at(-1)?.at ?? at(began),
      device: ["identified", "issued", "configured"].includes(state) ? (person.devices[0] ?? device(n)) : null,
      downloadEndsAt: state === "authenticated" ? at(-2.2) : null,
      refused: false,
    };
    return { enrollment, steps: walked, certificates: certificates.filter((c) => c.subscriber === person.id), shown: state === "invited" };
  })
  .sort((a, b) => b.enrollment.createdAt.localeCompare(a.enrollment.createdAt));

const unit = physics.id;
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
/** What happens in a department, newest first: event, who, about what, facts. */
const HAPPENS: ((n: number) => [event: string, who: LedgerRow["actor"], subject: string, facts: object])[] = [
  (n) => ["enrollment.configured", "device", pick(details, n).enrollment.id, { subscriber: pick(details, n).enrollment.subscriber }],
  (n) => ["certificate.issued", "device", pick(certificates, n + 3).serial, { profile: pick(certificates, n + 3).profile, version: 0, pilot: false, subject: pick(certificates, n + 3).subject, not_after: pick(certificates, n + 3).notAfter, key: "5c".repeat(32), sha256: "9f3a".repeat(16), key_origin: "holder" }],
  (n) => ["profile.sent", "device", pick(details, n).enrollment.id, {}],
  (n) => ["device.identified", "device", pick(details, n).enrollment.id, { udid: "00008110-001A2D8E3C62801E", serial: "F4GX2K9QAP", product: "iPhone15,4", foreign_device_ca: false }],
  (n) => ["enrollment.signed_in", "subscriber", pick(details, n).enrollment.id, { by: "code" }],
  (n) => ["enrollment.invited", "officer", pick(details, n).enrollment.id, { mail: pick(details, n).enrollment.mail, subscriber: pick(details, n).enrollment.subscriber, via: "show", expires_at: at(-72 * 60) }],
  (n) => ["mailbox.validated", "officer", pick(people, n).mailboxes[0]?.address ?? "", { subscriber: pick(people, n).id, method: "in-person", evidence: "Staff card 4711, opened the mailbox at my desk" }],
  (n) => ["subscriber.added", "officer", pick(people, n).id, { name: pick(people, n).name, mail: pick(people, n).mailboxes[0]?.address, subject: pick(people, n).subject, department: unit, mixed_scripts: pick(people, n).mixedScripts }],
  (n) => ["certificate.held", "officer", pick(certificates, n + 5).serial, { reason: "certificateHold", subject: pick(certificates, n + 5).subject, profile: pick(certificates, n + 5).profile, kind: "subscriber" }],
  (n) => ["act.done", "officer", pick(people, n + 2).id, { act: "maybeLost", count: 2, why: "iPhone 13 lost, told by telephone" }],
  () => ["crl.issued", "signet", "issuing", { number: 731, entries: 27, next_update: at(-8 * 24 * 60) }],
  () => ["setting.changed", "officer", "revoke.four_eyes_above", { for: "organization", unit, from: "10", to: "5" }],
  () => ["setting.changed", "command", "wifi.ssid", { for: "department", unit, from: null, to: "eduroam" }],
  (n) => ["certificate.superseded", "officer", pick(certificates, n).serial, { by: pick(certificates, n + 7).serial }],
  (n) => ["certificate.revoked", "officer", pick(certificates, n + 9).serial, { reason: "keyCompromise", subject: pick(certificates, n + 9).subject, profile: pick(certificates, n + 9).profile, kind: "subscriber" }],
  () => ["act.requested", "officer", fresh(), { act: { target: { certificates: [serial(1), serial(2)] }, verb: { revoke: { reason: "cessationOfOperation", invalid_since: null } } }, count: 12, why: "The course has ended" }],
  () => ["act.approved", "officer", fresh(), { asked_by: { Officer: "otto" }, count: 12 }],
  (n) => ["scep.refused", "device", pick(details, n).enrollment.id, { reason: "the challenge was used before", fail_info: "badRequest" }],
  () => ["batch.done", "officer", fresh(), { delivered: 24, refused: 1 }],
  () => ["batch.started", "officer", fresh(), { name: "doctoral-students.csv", count: 25, sha256: "1c8e".repeat(16), profiles: ["signing", "encryption"] }],
  () => ["profile.saved", "officer", "signing", { for: "department", unit, version: 3, from: { offered: true, key: "rsa2048", days: 730 }, to: { offered: true, key: "rsa3072", days: 365 } }],
  () => ["bundle.saved", "officer", "Doctoral students", { for: "department", unit, profiles: ["authentication", "signing"] }],
  () => ["gate.overridden", "officer", "key-plan", { department: unit, answers: { name: "Prof. Dr. Maria Feld", reason: "No decryption key is escrowed in the first year" } }],
  () => ["gate.completed", "officer", "life-cycle.signing", { department: unit, answers: { responsible: "Rosa Meier", loss: "Revoke and replace" } }],
  () => ["escrow.decided", "officer", unit, { answers: { future_access: false }, enabled: false, decided_by: "Prof. Dr. Maria Feld", reason: "Mail is archived in plain text", advisers: [], recommendation: "no-escrow" }],
  () => ["lesson.added", "officer", unit, { number: 4, day: "2026-11-20", happened: "Two phones were too old", learned: "Ask for the iOS version\nbefore the invitation" }],
  () => ["publication.target_added", "officer", "https://www.physics.example.edu/pki", { target: fresh() }],
  () => ["challenge.made", "command", pick(people, 2).id, { profile: "authentication", count: 3, expires_at: at(-60) }],
  (n) => ["subscriber.departed", "officer", pick(people, n).id, { reason: "affiliationChanged", successor: "Åsa Öberg", keep_until: at(-60 * 24 * 3650), why: "Contract ended" }],
  () => ["certificates.imported", "officer", "", { count: 312, sha256: "77aa".repeat(16) }],
  () => ["root_key.moved", "officer", pick(ours, 4).serial, {}],
  () => ["moon.landed", "signet", "Tranquility", { reason: "One small step", crew: ["Neil", "Buzz"] }],
  () => ["department.production", "officer", unit, { overridden: ["key-plan"] }],
  () => ["department.mail_domains", "officer", unit, { from: ["physics.example.edu"], to: ["physics.example.edu", "optics.example.edu"] }],
];

export const ledger: LedgerRow[] = Array.from({ length: 4812 }, (_, n) => {
  const [event, actor, subject, facts] = pick(HAPPENS, n)(n);
  return {
    number: 4812 - n,
    at: at(3 + n * 17),
    actor,
    actorName: actor === "officer" ? "rosa" : actor === "command" ? "root" : actor === "subscriber" ? pick(people, n).id : actor === "device" ? pick(details, n).enrollment.id : "",
    event,
    subject,
    details: JSON.stringify(facts),
    hash: serial(4812 - n).repeat(2).slice(0, 64).toLowerCase(),
  };
});

// What is on a phone came by its enrollment.
for (const { enrollment } of details) for (const one of certificates) if (one.subscriber === enrollment.subscriber && enrollment.device) one.enrollment = enrollment.id;
// Keys that others encrypt to, over the years.
for (const person of people.filter((one) => ["Åsa Öberg", "Ελένη Παπαδοπούλου"].includes(one.name))) {
  const spans = person.name === "Åsa Öberg" ? [[2900, 1800], [1830, 700], [730, -400]] : [[1500, 800], [500, -230]];
  spans.forEach(([from = 0, to = 0], n) =>
    certificates.push({ serial: serial(2000 + n + person.name.length * 7), status: to < 0 ? "active" : "superseded", profile: "encryption", subject: person.subject, san: person.mailboxes.slice(0, 1).map((m) => `rfc822Name:${m.address}`), subscriber: person.id, notBefore: at(60 * 24 * from), notAfter: at(60 * 24 * to), enrollment: null, kind: "subscriber", readsMail: true, serves: ["mailToThem"], madeHere: true, ours: true, revokedAt: null }),
  );
}
