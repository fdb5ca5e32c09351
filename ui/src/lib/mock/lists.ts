// Saved views of the lists.
import type { CertificateFind, CertificateListView, PeopleFind, PeopleListView } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { certificates } from "./certificates";
import { people } from "./people";
import { changed, refuse, state } from "./world";

const savedViews: { of: "certificates" | "people"; id: string; name: string; find: unknown; columns: string[] }[] =
  state === "empty" ? [] : [{ of: "certificates", id: data.fresh(), name: "Wi-Fi this year", find: { search: null, statuses: ["active", "held"], profiles: ["authentication"], expiringDays: null, kind: "subscriber", sort: "endingFirst", after: null, before: null, skip: 0, limit: 0 }, columns: ["state", "name", "use", "ends", "days"] }];
const certificateView = async (v: (typeof savedViews)[number]): Promise<CertificateListView> => {
  const find = v.find as CertificateFind;
  return { id: v.id, name: v.name, find, columns: v.columns, count: (await certificates.findCertificates({ ...find, limit: 1 })).total, countIsExact: true };
};
const peopleView = async (v: (typeof savedViews)[number]): Promise<PeopleListView> => {
  const find = v.find as PeopleFind;
  return { id: v.id, name: v.name, find, columns: v.columns, count: (await people.findPeople({ ...find, limit: 1 })).total, countIsExact: true };
};
function keep(of: "certificates" | "people", view: { name: string; find: unknown; columns: string[] }) {
  const known = savedViews.find((v) => v.of === of && v.name === view.name.trim());
  if (known) Object.assign(known, { find: view.find, columns: view.columns });
  const kept = known ?? { of, id: data.fresh(), ...view, name: view.name.trim() };
  if (!known) savedViews.push(kept);
  changed();
  return kept;
}

export const lists = {
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
} satisfies Partial<Api>;
