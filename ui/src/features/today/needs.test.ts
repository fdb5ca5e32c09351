import { describe, expect, it } from "vitest";
import type { Department, Enrollment, Today } from "$lib/api";
import { needs } from "./needs";

const NOW = new Date("2026-03-12T09:41:07Z").getTime();
const minutes = (n: number) => new Date(NOW + n * 60_000).toISOString();
const today: Today = { people: 1, waiting: 0, inProgress: 0, configuredThisWeek: 0, expiring: 0, pendingRequests: 0, recent: [] };
const department: Department = { organization: "o", department: "d", mailDomains: [], hosts: [], training: false, createdAt: "", publicTls: true, rootKeyHere: false };
const walk = (id: string, change: Partial<Enrollment>): Enrollment => ({ id, subscriber: "s", name: id, mail: "", state: "invited", profileSent: false, channel: "show", createdAt: minutes(0), expiresAt: minutes(60), updatedAt: minutes(0), device: null, downloadEndsAt: null, ...change });
const keys = (...args: Parameters<typeof needs>) => needs(...args).map((need) => need.key);

describe("what needs the officer", () => {
  it("is nothing when all is in order", () => {
    expect(keys(today, [], true, department, NOW)).toEqual([]);
  });
  it("is first the phone whose download iOS will drop next", () => {
    const stuck = (id: string, ends: number) => walk(id, { state: "authenticated", updatedAt: minutes(-5), downloadEndsAt: minutes(ends) });
    expect(keys({ ...today, expiring: 2 }, [stuck("later", 3), stuck("sooner", 1), stuck("gone", -1)], false, department, NOW)).toEqual(["sooner", "later", "start", "expiring"]);
  });
  it("is a link without an answer after 48 hours, not before", () => {
    expect(keys(today, [walk("old", { createdAt: minutes(-49 * 60) }), walk("new", { createdAt: minutes(-47 * 60) })], true, department, NOW)).toEqual(["old"]);
  });
  it("is the first person where there is none, and the root's key while it is here", () => {
    expect(keys({ ...today, people: 0 }, [], false, { ...department, rootKeyHere: true }, NOW)).toEqual(["person", "root"]);
    expect(keys({ ...today, people: 0 }, [], false, { ...department, rootKeyHere: true, training: true }, NOW)).toEqual(["person"]);
  });
});
