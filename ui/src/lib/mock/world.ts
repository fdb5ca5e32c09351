// What the parts of the pretended program share: which face is shown, what can change, how lists are cut and how it refuses.
import type { CommandError, Department, Settings, SetupDraft } from "../../bindings";
import { ApiError } from "../api";
import * as data from "./data";

export const state = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("state");
// `?state=rest`: the setup was left after the department had been made.
const rest = state === "rest";
if (state === "empty") for (const list of [data.people, data.details, data.certificates, data.ledger]) list.length = 0;

let tell: () => void = () => {};
/** Tells the window, as the program does. */
export const changed = () => setTimeout(() => tell(), 0);
export const listen = (callback: () => void) => (tell = callback);
export const refuse = (code: CommandError["code"], message = "", field: string | null = null): never => {
  throw new ApiError({ code, message, field, incident: code === "internal" ? "7F3K-21M8" : null });
};
export const found = <T>(value: T | undefined): T => value ?? refuse("notFound");
export const departmentOf = (id: string | null | undefined) => (id ? found(data.departments.find((d) => d.id === id)) : data.departments.length > 1 ? refuse("whichDepartment") : found(data.departments[0]));
export const fits = (text: string | null, ...where: string[]) => !text || where.some((w) => w.toLowerCase().includes(text.toLowerCase()));

/** A part of a list, as the program cuts it. */
export function cut<T>(rows: T[], id: (row: T) => string, q: { after: string | null; before: string | null; skip: number; limit: number }): { rows: T[]; more: boolean; total: number; totalIsExact: boolean } {
  const known = (wanted: string) => rows.findIndex((row) => id(row) === wanted);
  if (q.before !== null) {
    const end = known(q.before);
    const from = Math.max(0, end - q.limit);
    return { rows: rows.slice(from, end), more: from > 0, total: rows.length, totalIsExact: true };
  }
  const from = (q.after !== null ? known(q.after) + 1 : 0) + q.skip;
  return { rows: rows.slice(from, from + q.limit), more: from + q.limit < rows.length, total: rows.length, totalIsExact: true };
}

const department: Department | null = state === "setup" ? null : { organization: "Northbridge University", department: "Department of Physics", mailDomains: ["physics.example.edu"], hosts: ["pki.physics.example.edu"], training: false, createdAt: data.at(130_000), publicTls: false, rootKeyHere: true };
const draft: SetupDraft = { step: rest ? 4 : 0, organization: "", department: "", mailDomains: [], host: "", https: "", http: "", tls: "private", caKey: "rsa3072", contact: "", training: false };
const settings: Settings = {
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
  scepCaInAnswer: false,
  invitationHours: 72,
  contact: "+44 20 7946 0187",
  bundle: ["signing", "authentication"],
  authenticationWithAddress: true,
};

/** What can change. */
export const world = { department, draft, settings, settingUp: rest, running: state !== "empty" && state !== "setup" ? data.at(70) : null };
