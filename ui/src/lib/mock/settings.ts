// Settings of the organization and of departments.
import type { Settings, SettingView } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { numberViews, setNumber } from "./numbers";
import { refuse, state, world } from "./world";

/** What is set where: the department (or null) and the name. */
const own = new Set<string>(["null wifi.ssid", `${data.departments[1]?.id} device.min_os`]);
const ORGANIZATION_ONLY = ["mailbox.valid_days", "serve.public_url", "serve.https", "serve.http", "status.url", "scep.legacy", "scep.ca_in_answer"];
const OPTIONAL = ["cps.version", "cps.url", "cps.oid", "cps.since", "portal.contact", "wifi.ssid", "wifi.server_names", "vpn.server", "vpn.remote_id", "device.min_os"];
const SHOWN: Record<string, () => string> = {
  "mailbox.valid_days": () => "398",
  "cps.version": () => "2.1",
  "cps.url": () => "https://pki.example.edu/cps",
  "cps.oid": () => "1.3.6.1.4.1.32473.1",
  "cps.since": () => "2026-09-01",
  "portal.contact": () => world.settings.contact ?? "",
  "wifi.ssid": () => world.settings.wifiSsid ?? "",
  "wifi.server_names": () => world.settings.wifiServerNames.join(" "),
  "device.min_os": () => world.settings.minOs ?? "",
};
const KEYS = [...ORGANIZATION_ONLY, ...OPTIONAL, "portal.sign_in", "bundle", "authentication.with_address", "passcode.min_length", "removal", "removal.password", "scep.manual_approval"];
const views = (department: string | null): SettingView[] => [
  ...numberViews().map((view) => (view.key === "revoke.four_eyes_above" && state !== "empty" ? { ...view, waiting: { value: "50", askedBy: "milan", askedAt: data.at(35), own: false } } : view)),
  ...KEYS.map((key): SettingView => ({
    key,
    level: ORGANIZATION_ONLY.includes(key) ? "organization" : "department",
    value: SHOWN[key]?.() ?? "",
    source: own.has(`${department} ${key}`) && department ? "department" : own.has(`null ${key}`) ? "organization" : "builtin",
    inherited: "",
    default: "",
    bounds: null,
    optional: OPTIONAL.includes(key),
    waiting: null,
  })),
];

export const settings = {
  settings: async () => world.settings,
  settingsOf: async (department) => ({ settings: world.settings, views: views(department), removalPassword: null }),
  escrowGlance: async () => data.departments.map((d, n) => ({ department: d.id, enabled: n === 0 && data.departments.length > 1, since: d.createdAt, why: n === 0 && data.departments.length > 1 ? "The mail archive must stay readable" : null })),
  changeSetting: async ({ key, value, fate, department }) => {
    setNumber(key, value);
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
      "scep.ca_in_answer": { scepCaInAnswer: yes },
      "authentication.with_address": { authenticationWithAddress: yes },
      bundle: { bundle: value.split(/\s+/) },
    };
    if (fate === "set") world.settings = { ...world.settings, ...change[key] };
    const made = key === "removal" && value === "password" && !world.settings.removalPasswordSet;
    if (made) world.settings = { ...world.settings, removalPasswordSet: true };
    return { settings: world.settings, views: views(department), removalPassword: made ? "7KQ4-M2XR-9DTW-C5HN-VB8E-3JPZ" : null };
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
    return { settings: world.settings, views: views(department), removalPassword: null };
  },
} satisfies Partial<Api>;
