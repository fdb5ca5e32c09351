// Batches, publication and reports of the pretended program.
import type { Attempt, Batch, BatchPlan, BatchRow, CommandError, ExpiryDay, ListFacts, Publishing, Report, ReportName, Target } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";

interface Around {
  empty: boolean;
  changed: () => void;
  refuse: (code: CommandError["code"], message?: string, field?: string | null) => never;
}

type Calls = Pick<
  Api,
  | "bundleChoices" | "openBatchList" | "pasteBatchList" | "correctBatchList" | "planBatch" | "startBatch" | "batches" | "batch" | "batchRows" | "stopBatch" | "resumeBatch" | "endBatch" | "batchPasswords"
  | "publishing" | "statusBrief" | "namedUntil" | "testTarget" | "addTarget" | "removeTarget" | "publishNow" | "chooseTargetFolder" | "savePublishedFile" | "signRootCrl"
  | "overview" | "report" | "saveReport"
>;

const DAY = 86_400_000;
const attempt = (minutes: number, file: string, failure: Attempt["failure"], detail: string): Attempt => ({ at: data.at(minutes), file, succeeded: failure === null, failure, detail, milliseconds: 38 });

/** Of one who left, of a second person of one name, and of one who was deleted. */
const REGISTERED: (string | null)[][] = [
  ["validation", "Maren Holtz", "m.holtz@physics.example.edu", data.at(43_000), "records", "Staff register", "officer rosa", "signet-1", data.at(9_000), "withdrawn"],
  ["subject", "Tomás Ó Conghaile", "CN=Tomás Ó Conghaile,OU=Department of Physics,O=Northbridge University", data.at(43_200), null, null, null, null, null, "current"],
  ["subject", "Tomás Ó Conghaile", "serialNumber=2,CN=Tomás Ó Conghaile,OU=Department of Physics,O=Northbridge University", data.at(43_100), null, null, null, null, null, "current"],
  ["subject", "Maren Holtz", "CN=Maren Holtz,OU=Department of Physics,O=Northbridge University", data.at(44_000), null, null, null, null, null, "reserved"],
];
const ROWS: Record<ReportName, { columns: string[]; rows: (string | null)[][] }> = {
  inventory: { columns: ["department", "kind", "profile", "status", "count"], rows: [["Physics", "subscriber", "signing", "active", "88"], ["Physics", "subscriber", "encryption", "active", "71"], ["Physics", "subscriber", "encryption", "superseded", "14"], ["Physics", "subscriber", "authentication", "held", "2"], [null, "root", "root", "active", "1"]] },
  expiring: { columns: ["not_after", "days_left", "profile", "name", "names", "serial"], rows: data.people.slice(0, 9).map((person, at) => [data.at(-60 * 24 * (9 + at * 6)), String(9 + at * 6), at % 2 ? "encryption" : "signing", person.name, person.mailboxes[0]?.address ?? "", `2C81D40E9B5703AF${at}`]) },
  coverage: { columns: ["name", "mail", "kind", "validated", "signing", "encryption", "authentication"], rows: data.people.map((person, at) => [person.name, person.mailboxes[0]?.address ?? "", person.kind, at % 7 ? "yes" : "no", at % 3 ? "yes" : "no", at % 2 ? "yes" : "no", "yes"]) },
  enrollments: { columns: ["state", "reached", "standing", "median_seconds"], rows: [["invited", "31", "3", null], ["opened", "28", "0", "4210"], ["authenticated", "28", "1", "44"], ["configured", "26", "26", "76"]] },
  devices: { columns: ["name", "product", "os_version", "build", "serial", "first_seen", "last_seen", "foreign_device_ca"], rows: data.people.slice(0, 4).map((person) => [person.name, "iPhone15,4", "18.3", "22D63", "F4GX2K9QAP", data.at(50_000), data.at(300), "no"]) },
  revocations: { columns: ["reason", "profile", "count", "median_seconds_to_revoke", "longest_seconds_to_revoke", "deadline_seconds", "late"], rows: [["keyCompromise", "authentication", "2", "5400", "93600", "86400", "1"], ["superseded", "encryption", "9", null, null, "432000", null]] },
  validations: { columns: ["record", "name", "address_or_subject", "at", "method", "evidence", "actor", "rules", "valid_until", "state"], rows: [...data.people.slice(0, 6).map((person) => ["validation", person.name, person.mailboxes[0]?.address ?? "", data.at(43_000), "in-person", "Staff card shown", "officer rosa", "signet-1", data.at(43_000 - 398 * 1440), "counts"]), ...REGISTERED] },
  actions: { columns: ["actor", "event", "count", "first", "last"], rows: [["officer rosa", "certificate.issued", "118", data.at(120_000), data.at(30)], ["command rosa", "batch.done", "3", data.at(90_000), data.at(600)]] },
};

export function see({ empty, changed, refuse }: Around): Calls {
  let cells = [] as string[][];
  let list: ListFacts | null = null;
  const found = <T>(value: T | undefined): T => value ?? refuse("notFound");
  const batches: Batch[] = empty
    ? []
    : [
        { id: data.fresh(), name: "students-2026-spring.csv", state: "running", total: 500, delivered: 214, refused: 1, folder: "/home/rosa/certificates", passwords: "/home/rosa/certificates-passwords.csv", makesKeys: true, createdAt: data.at(1), endedAt: null, fault: null },
        { id: data.fresh(), name: "staff.csv", state: "done", total: 42, delivered: 42, refused: 0, folder: "/media/rosa/STICK/staff", passwords: "/home/rosa/staff-passwords.csv", makesKeys: true, createdAt: data.at(60 * 24 * 12), endedAt: data.at(60 * 24 * 12), fault: null },
        { id: data.fresh(), name: "optics.csv", state: "stopped", total: 12, delivered: 4, refused: 0, folder: "/media/rosa/STICK/optics", passwords: "/home/rosa/optics-passwords.csv", makesKeys: true, createdAt: data.at(60 * 24 * 2), endedAt: null, fault: { code: "diskFull", message: "", field: null, incident: null } },
      ];
  const going = batches[0];
  if (going) {
    setInterval(() => {
      if (going.state !== "running") return;
      going.delivered = Math.min(going.total - going.refused, going.delivered + 16);
      if (going.delivered + going.refused === going.total) Object.assign(going, { state: "done", endedAt: new Date().toISOString() });
      changed();
    }, 500);
  }
  const name = (n: number) => data.people[n % Math.max(1, data.people.length)];
  const row = (batch: Batch, n: number): BatchRow => {
    const refused = batch.refused > 0 && n === 209;
    const done = n <= batch.delivered + batch.refused;
    return { number: n, line: n + 1, subscriber: name(n)?.id ?? "", name: name(n)?.name ?? "", mail: "someone@physics.example.edu", profile: "encryption", state: refused ? "refused" : done ? "delivered" : "waiting", serial: done && !refused ? `6A5DE7F2908CB341${String(n).padStart(4, "0")}` : null, code: refused ? "mailboxNotValidated" : null, reason: refused ? "nobody has recorded that" : null };
  };
  const days: ExpiryDay[] = empty ? [] : Array.from({ length: 363 }, (_, n) => ({ day: new Date(Math.floor(Date.now() / DAY + n) * DAY).toISOString(), count: n % 11 === 3 ? (n * 7) % 5 : n === 200 ? 23 : n === 207 ? 9 : 0 })).filter((day) => day.count);
  let targets: Target[] = empty
    ? []
    : [
        { id: data.fresh(), address: "https://www.example.edu/pki", user: "rosa", addedAt: data.at(90_000), waiting: 0, nextAt: null, lastSuccess: data.at(21), attempts: [attempt(21, "issuing.crl", null, "204 No Content"), attempt(1461, "issuing.crl", null, "204 No Content")] },
        { id: data.fresh(), address: "/srv/mirror/pki", user: null, addedAt: data.at(40_000), waiting: 1, nextAt: data.at(-12), lastSuccess: data.at(4000), attempts: [attempt(3, "issuing.crl", "full", "507 Insufficient Storage")] },
      ];
  const publishing = (): Publishing => ({
    targets,
    published: empty
      ? []
      : [
          { address: "http://pki.physics.example.edu:8080/crl/issuing.crl", name: "issuing", state: "fresh", failure: null, detail: "", number: 312, nextUpdate: data.at(-60 * 24 * 8), checkedAt: data.at(4), namedUntil: null },
          { address: "https://www.example.edu/pki/issuing.crl", name: "issuing", state: "fresh", failure: null, detail: "", number: 312, nextUpdate: data.at(-60 * 24 * 8), checkedAt: data.at(4), namedUntil: null },
          { address: "/srv/mirror/pki/issuing.crl", name: "issuing", state: "otherNumber", failure: null, detail: "number 309 is there", number: 309, nextUpdate: data.at(-60 * 24 * 5), checkedAt: data.at(4), namedUntil: null },
        ],
    status: ["issuing", "root"].map((of) => ({ name: of, number: of === "root" ? 7 : 312, madeAt: data.at(of === "root" ? 60 * 24 * 90 : 21), nextUpdate: data.at(of === "root" ? -60 * 24 * 310 : -60 * 24 * 8), size: of === "root" ? 912 : 4120, responderUntil: data.at(-60 * 24 * 22), keyHere: of !== "root", keyDue: false, fingerprintQr: data.QR })),
    delta: empty ? null : { number: 312, base: 301, madeAt: data.at(21), nextUpdate: data.at(-60 * 24 * 3), size: 624 },
    statusUrl: empty ? "http://192.0.2.44:8080" : "http://pki.physics.example.edu:8080",
    inCertificates: !empty,
    inCertificatesSetting: "auto",
    lasting: !empty,
  });
  const facts = (of: string, text: string): ListFacts => {
    cells = text.trim().split(/\r?\n/).map((line) => line.split(/[\t,;]/).map((cell) => cell.trim()));
    const headed = !cells[0]?.some((cell) => cell.includes("@"));
    const headings = headed ? (cells.shift() ?? []) : (cells[0] ?? []).map(() => "");
    const at = (fits: (cell: string) => boolean) => { const found = (cells[0] ?? []).findIndex(fits); return found < 0 ? null : found; };
    return (list = { name: of, headings, columns: { mail: at((cell) => cell.includes("@")), name: at((cell) => !cell.includes("@")), csr: null }, rows: cells.length, sample: cells.slice(0, 3) });
  };
  return {
    bundleChoices: async () => [
      { name: "Functional mailbox", profiles: ["functional"], madeHere: [] },
      { name: "Staff", profiles: ["signing", "encryption", "authentication"], madeHere: ["encryption"] },
      { name: "Student", profiles: ["signing", "authentication"], madeHere: [] },
    ],
    openBatchList: async () => facts("students-2026-spring.csv", ["Name;E-Mail", ...data.people.map((person) => `${person.name};${person.mailboxes[0]?.address}`), "Jean-Luc Œuvrard;jl.oeuvrard@physics.example.edu", "=HYPERLINK(0);x"].join("\n")),
    pasteBatchList: async (of, text) => (text.trim() ? facts(of, text) : refuse("validation", "the list is empty", "list")),
    correctBatchList: async (line, column, text) => {
      const place = line - 2;
      if (text === null) cells[place] = [];
      else if (cells[place]) cells[place][column] = text;
      return null;
    },
    planBatch: async ({ columns }): Promise<BatchPlan> => {
      const errors = cells.flatMap((of, at) => {
        if (!of.length || columns.mail === null) return [];
        const mail = of[columns.mail] ?? "";
        const person = data.people.find((one) => one.mailboxes.some((box) => box.address === mail));
        const problem = !mail.includes("@") ? "address" : !person ? "notFound" : person.mailboxes[0]?.validated ? null : "mailboxNotValidated";
        return problem ? [{ line: at + 2, cells: of, field: "mail", problem, detail: "", reason: "" }] : [];
      });
      const rows = cells.filter((of) => of.length).length;
      return { rows, toIssue: rows - errors.length, there: 0, wrong: errors.length, errors, byDevice: ["signing", "authentication"], makesKeys: true };
    },
    startBatch: async () => {
      const made: Batch = { id: data.fresh(), name: list?.name ?? "list", state: "done", total: cells.length, delivered: cells.length, refused: 0, folder: "/home/rosa/certificates", passwords: "/home/rosa/certificates-passwords.csv", makesKeys: true, createdAt: data.at(0), endedAt: data.at(0), fault: null };
      batches.unshift(made);
      changed();
      return made;
    },
    batches: async () => batches,
    batch: async (id) => found(batches.find((one) => one.id === id)),
    batchRows: async (id, q) => {
      const of = found(batches.find((one) => one.id === id));
      const all = Array.from({ length: of.total }, (_, n) => row(of, n + 1)).filter((one) => one.number > q.after && (!q.refused || one.state === "refused"));
      return all.slice(0, q.limit);
    },
    stopBatch: async (id) => {
      const of = found(batches.find((one) => one.id === id));
      of.state = "stopped";
      changed();
      return of;
    },
    resumeBatch: async (id) => {
      const of = found(batches.find((one) => one.id === id));
      Object.assign(of, { state: "running", fault: null });
      changed();
      return of;
    },
    endBatch: async (id) => {
      const of = found(batches.find((one) => one.id === id));
      of.state = "cancelled";
      changed();
      return of;
    },
    batchPasswords: async () => data.people.slice(0, 5).map((person) => ({ mail: person.mailboxes[0]?.address ?? "", file: `${person.mailboxes[0]?.address}-encryption.p12`, password: "7KQ4-MV2T-9HX3-PD6R-W0ZB-4N8C" })),
    publishing: async () => publishing(),
    namedUntil: async () => data.at(-60 * 24 * 3600),
    statusBrief: async () => ({ nextCrlAt: data.at(-260), warnings: empty ? 0 : 1, failing: empty ? 0 : 1, rootKeyDue: false }),
    testTarget: async (target) => target.address.startsWith("https") ? attempt(0, "root.crt", null, "201 Created") : attempt(0, "root.crt", "silent", ""),
    addTarget: async (target) => {
      targets = [...targets, { id: data.fresh(), address: target.address, user: target.user, addedAt: data.at(0), waiting: 4, nextAt: data.at(0), lastSuccess: null, attempts: [] }];
      changed();
      return publishing();
    },
    removeTarget: async (id) => {
      targets = targets.filter((one) => one.id !== id);
      changed();
      return publishing();
    },
    publishNow: async () => null,
    chooseTargetFolder: async () => ({ path: "/srv/www/pki" }),
    savePublishedFile: async (file) => ({ path: `/home/rosa/${file}` }),
    signRootCrl: async () => true,
    overview: async () => ({
      people: empty ? 0 : 94,
      withAny: empty ? 0 : 90,
      validated: empty ? 0 : 88,
      withDevice: empty ? 0 : 61,
      ...(empty ? { encryption: 0, signing: 0, authentication: 0 } : { encryption: 71, signing: 82, authentication: 90 }),
      inventory: empty ? [] : [["signing", "active", 88], ["signing", "expired", 120], ["encryption", "active", 71], ["encryption", "superseded", 14], ["authentication", "active", 96], ["authentication", "held", 2], ["authentication", "revoked", 9]].map(([profile, status, count]) => ({ kind: "subscriber", profile: String(profile), status: status as "active", count: Number(count) })),
      calendar: days,
    }),
    report: async (of): Promise<Report> => ({ name: of, department: "Department of Physics", at: data.at(0), ledgerNumber: 4812, ledgerHash: "9f3a".repeat(16), more: false, ...ROWS[of] }),
    saveReport: async (of, _, format) => ({ path: `/home/rosa/${of}.${format}` }),
  };
}
