// People, their addresses and how those were validated.
import type { Api } from "../api";
import * as data from "./data";
import { changed, cut, departmentOf, fits, found, refuse } from "./world";

export const people = {
  subscribers: async (q) => {
    const all = data.people.filter((p) => !q.department || q.department === p.departmentId).filter((p) => fits(q.search, p.name, ...p.mailboxes.map((m) => m.address)));
    return { rows: q.after ? [] : all.slice(0, q.limit), more: false, total: all.length, totalIsExact: true };
  },
  subscriber: async (id) => found(data.people.find((p) => p.id === id)),
  lookAlikes: async () => [],
  addSubscriber: async (n) => {
    if (data.people.some((p) => p.mailboxes.some((m) => m.address === n.mail))) refuse("mailboxTaken");
    if (!n.mail.endsWith("example.edu")) refuse("validation", "The address is not in physics.example.edu.", "mail");
    const at = departmentOf(n.department);
    const person = { id: data.fresh(), name: n.name, kind: n.kind, department: at.name, departmentId: at.id, subject: `CN=${n.name},OU=${at.certifiedName},O=Northbridge University`, mailboxes: [data.unvalidated(n.mail)], createdAt: new Date().toISOString(), activeCertificates: 0, enrollmentState: null, devices: [], mixedScripts: false };
    data.people.push(person);
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
  findPeople: async (q) => {
    const rows = data.people
      .filter((p) => fits(q.search, p.name, ...p.mailboxes.map((m) => m.address)))
      .filter((p) => (q.kind === null || p.kind === q.kind) && (q.validated === null || p.mailboxes.every((m) => m.validated) === q.validated))
      .filter((p) => q.has === null || (q.has === "none" || q.has === "noEncryption" ? !p.activeCertificates : !!p.activeCertificates));
    if (q.sort === "nameLast" || q.sort === "newest") rows.reverse();
    return cut(rows, (p) => p.id, q);
  },
  exportPeople: async (_, __, ___, format) => ({ path: `/home/rosa/people.${format}` }),
} satisfies Partial<Api>;
