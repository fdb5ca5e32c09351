// A small invented department, for looking at the window without the program.
import type { Certificate, DepartmentRow, Device, Enrollment, EnrollmentDetail, LedgerRow, State, Step, StepKind, Subscriber } from "../../bindings";

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
      validatedAt: local === "p.raghunathan" ? null : at(60 * 24 * (30 + n)),
      method: local === "p.raghunathan" ? null : n % 2 ? "records" : "in-person",
      evidence: local === "p.raghunathan" ? null : "Staff card shown",
    },
    ...(local === "asa.oberg" ? [{ address: "oberg@optics.example.edu", validatedAt: null, method: null, evidence: null }] : []),
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
    };
    return { enrollment, steps: walked, certificates: certificates.filter((c) => c.subscriber === person.id), shown: state === "invited" };
  })
  .sort((a, b) => b.enrollment.createdAt.localeCompare(a.enrollment.createdAt));

export const ledger: LedgerRow[] = [
  ["certificate.issued", "device", serial(7)],
  ["enrollment.configured", "device", "Åsa Öberg"],
  ["invitation.created", "officer", "niamh.oconnor@physics.example.edu"],
  ["mailbox.validated", "officer", "niamh.oconnor@physics.example.edu"],
  ["subscriber.added", "officer", "Niamh O’Connor"],
  ["setting.changed", "command", "wifi.ssid"],
  ["crl.published", "signet", "issuing"],
  ["department.created", "officer", "Department of Physics"],
].map(([event, actor, subject], n) => ({
  number: 4812 - n,
  at: at(3 + n * 17),
  actor: actor as LedgerRow["actor"],
  actorName: actor === "officer" ? "rosa" : actor === "command" ? "root" : "",
  event: event ?? "",
  subject: subject ?? "",
  details: "{}",
  hash: serial(4812 - n).repeat(2).slice(0, 64),
}));

// What is on a phone came by its enrollment.
for (const { enrollment } of details) for (const one of certificates) if (one.subscriber === enrollment.subscriber && enrollment.device) one.enrollment = enrollment.id;
// Keys that others encrypt to, over the years.
for (const person of people.filter((one) => ["Åsa Öberg", "Ελένη Παπαδοπούλου"].includes(one.name))) {
  const spans = person.name === "Åsa Öberg" ? [[2900, 1800], [1830, 700], [730, -400]] : [[1500, 800], [500, -230]];
  spans.forEach(([from = 0, to = 0], n) =>
    certificates.push({ serial: serial(2000 + n + person.name.length * 7), status: to < 0 ? "active" : "superseded", profile: "encryption", subject: person.subject, san: person.mailboxes.slice(0, 1).map((m) => `rfc822Name:${m.address}`), subscriber: person.id, notBefore: at(60 * 24 * from), notAfter: at(60 * 24 * to), enrollment: null, kind: "subscriber" }),
  );
}
