// The window's program, pretended: same types, invented data. `?state=empty|setup|rest|error|slow` shows the other faces, `?departments`
// a folder with two departments. Never in the product.
import type { Api, Host } from "../api";
import { certificates } from "./certificates";
import * as data from "./data";
import { departments } from "./departments";
import { enrollments } from "./enrollments";
import { first } from "./first";
import { issuing } from "./issue";
import { life } from "./life";
import { lists } from "./lists";
import { people } from "./people";
import { policyCalls } from "./policies";
import { see } from "./see";
import { server } from "./server";
import { settings } from "./settings";
import { setup } from "./setup";
import { today } from "./today";
import { changed, listen, refuse, state } from "./world";

const pause = () => new Promise((done) => setTimeout(done, state === "slow" ? 60_000 : 20));

const seen = see({ empty: state === "empty", changed, refuse });
const calls: Api = {
  ...first({ ...setup, ...today, ...enrollments, ...server, ...seen }),
  ...setup,
  ...today,
  ...departments,
  ...people,
  ...enrollments,
  ...certificates,
  ...lists,
  ...issuing,
  ...life,
  ...server,
  ...settings,
  ...policyCalls({ state, at: data.at, refuse, changed, departments: () => data.departments }),
  ...seen,
  ledger: async (before) => data.ledger.filter((row) => before === null || row.number < before).slice(0, 200),
  verifyLedger: async () => ({ rows: 4812, head: "9F3A".repeat(16), brokenAt: null, unsignedSince: null }),
};

const api = Object.fromEntries(
  Object.entries(calls).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      await pause();
      return structuredClone(await (call as (...args: unknown[]) => unknown)(...args));
    },
  ]),
) as Api;

const host: Host = {
  show: async () => {},
  close: async () => {},
  onChanged: listen,
  zoom: async (factor) => {
    document.documentElement.style.setProperty("zoom", String(factor));
  },
};

export const pretended: { api: Api; host: Host } | null = { api, host };
