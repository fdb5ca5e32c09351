// Certificates: the list, one in full, files of them.
import type { Certificate, CertificateDetail, CertificateFind, CertificateKinds, CertificatesFound } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import * as many from "./many";
import { cut, fits, found, state } from "./world";

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
const ofKind = (kind: CertificateKinds) => (kind === "subscriber" ? data.certificates : kind === "authority" ? data.ours : kind === "all" ? [...data.certificates, ...data.ours] : []);

async function findCertificates(q: CertificateFind): Promise<CertificatesFound> {
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
}

export const certificates = {
  certificates: async (q) => [...data.certificates, ...(q.all ? data.ours : [])].filter((c) => !q.subscriber || c.subscriber === q.subscriber).slice(0, q.after ? 0 : q.limit),
  certificate: async (serial) => found([...data.certificates, ...data.ours].find((c) => c.serial === serial)),
  findCertificates,
  matchingCertificates: async (q) => ({ rows: (await findCertificates({ ...q, limit: 10_000 })).rows, more: false }),
  certificateDetail: async (serial) => detail(found([...data.certificates, ...data.ours].find((c) => c.serial === serial))),
  exportCertificates: async (_, __, ___, format) => ({ path: `/home/rosa/certificates.${format}` }),
  certificateCounts: async (kind) => {
    const all = ofKind(kind);
    const statuses = (["active", "held", "revoked", "expired", "superseded"] as const).map((status) => ({ status, count: all.filter((c) => c.status === status).length }));
    const profiles = [...new Set(all.map((c) => c.profile))].map((profile) => ({ profile, count: all.filter((c) => c.profile === profile).length }));
    const soon = Date.now() + 30 * 86_400_000;
    return { total: all.length, byStatus: statuses.filter((one) => one.count), byProfile: profiles, ending: all.filter((c) => c.status === "active" && new Date(c.notAfter).getTime() < soon).length };
  },
  exportCertificate: async () => ({ path: "/home/rosa/certificate.pem" }),
  shareCertificate: async (_, format) => ({ path: `/home/rosa/certificate.${format}` }),
  sharePerson: async (_, format) => ({ path: `/home/rosa/certificates.${format === "vcard" ? "vcf" : "ldif"}` }),
} satisfies Partial<Api>;
