// A million certificates that exist only while they are looked at: `?state=million` shows how long lists behave.
import type { Certificate, CertificateFind, CertificatesFound } from "../../bindings";
import { at } from "./data";

const COUNT = 1_000_000;
const GIVEN = ["Alice", "Bob", "Carol", "Dávid", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Zoë"];
const FAMILY = ["Adéyẹmí", "Brâncuși", "Dupont", "Đorđević", "Kjærgaard", "Nguyễn", "Öberg", "Papadopoulou", "Raghunathan", "Sokolov", "Wójcik", "Žilinskaitė"];
const USES = ["signing", "encryption", "authentication"];

/** The row at a place. */
export function row(index: number): Certificate {
  const name = `${GIVEN[(index * 7) % GIVEN.length]} ${FAMILY[(index * 5) % FAMILY.length]}`;
  const status = index % 50 === 7 ? "revoked" : index % 97 === 3 ? "held" : index % 10 === 9 ? "superseded" : "active";
  const serial = (BigInt(index + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n & ((1n << 96n) - 1n)).toString(16).toUpperCase().padStart(24, "0") + index.toString(16).toUpperCase().padStart(8, "0");
  return { serial, status, profile: USES[index % 3] ?? "signing", subject: `CN=${name},OU=Department of Physics,O=Northbridge University`, san: [`rfc822Name:person${index}@physics.example.edu`], subscriber: null, notBefore: at(60 * 24 * 40), notAfter: at(-60 * (index % 17_000)), enrollment: null, kind: "subscriber", readsMail: index % 3 === 1, serves: [(["signedMail", "mailToThem", "networkAccess"] as const)[index % 3] ?? "signedMail"], madeHere: index % 3 === 1, ours: true, revokedAt: status === "revoked" || status === "held" ? at(300) : null };
}

const place = (serial: string) => parseInt(serial.slice(-8), 16);

export function find(q: CertificateFind): CertificatesFound {
  const from = q.after !== null ? place(q.after) + 1 : q.before !== null ? Math.max(0, place(q.before) - q.limit) : q.skip;
  const to = Math.min(COUNT, q.before !== null ? place(q.before) : from + q.limit);
  return { rows: Array.from({ length: Math.max(0, to - from) }, (_, n) => row(from + n)), devices: [], more: q.before !== null ? from > 0 : to < COUNT, total: COUNT, totalIsExact: true, notIndexed: 0 };
}
