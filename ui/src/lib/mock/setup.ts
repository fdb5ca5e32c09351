// The setup, and who works where.
import type { Api } from "../api";
import * as data from "./data";
import { changed, refuse, state, world } from "./world";

export const setup = {
  session: async () => (state === "error" ? refuse("keyring", "Secret Service: locked") : { officer: "Rosa Meier", version: "0.1.0", folder: "/home/rosa/.local/share/signet", department: world.department, departments: world.department ? data.departments : [], settingUp: world.settingUp || !world.department, ledgerBrokenAt: null }),
  setupDraft: async () => world.draft,
  saveSetupDraft: async (next) => ((world.draft = next), null),
  interfaces: async () => [
    { name: "wlp3s0", address: "192.168.1.44", reach: "thisNetwork" },
    { name: "eth0", address: "192.0.2.44", reach: "anyone" },
    { name: "lo", address: "127.0.0.1", reach: "thisComputer" },
  ],
  createDepartment: async (d) => {
    await new Promise((done) => setTimeout(done, 2500));
    const made = { organization: d.organization, department: d.department, mailDomains: d.mailDomains, hosts: [d.host], training: d.training, createdAt: data.at(0), publicTls: false, rootKeyHere: true };
    world.draft = { ...d, step: d.step + 1 };
    Object.assign(world, { department: made, settingUp: true });
    changed();
    return made;
  },
  endSetup: async () => ((world.settingUp = false), null),
  moveRootKey: async () => {
    if (world.department) world.department = { ...world.department, rootKeyHere: false };
    changed();
    return { path: "/media/rosa/STICK/signet-root-key.pem" };
  },
  importTls: async () => true,
} satisfies Partial<Api>;
