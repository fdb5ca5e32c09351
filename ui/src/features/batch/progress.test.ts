import { describe, expect, it } from "vitest";
import type { Batch, BatchRow } from "$lib/api";
import { columnOf, fate, left, note, rate, share } from "./progress";

const batch = (delivered: number, state: Batch["state"] = "running", refused = 0): Batch => ({ id: "b", name: "n", state, total: 500, delivered, refused, folder: "/f", passwords: "/p", makesKeys: true, createdAt: "", endedAt: null, fault: null });

describe("a batch that goes on", () => {
  it("tells its rate and what is left from what was seen", () => {
    let seen = note([], batch(0), 0);
    expect(rate(seen, 0)).toBeNull();
    seen = note(seen, batch(32), 1000);
    seen = note(seen, batch(64), 2000);
    expect(rate(seen, 2000)).toBe(1920);
    expect(left(batch(64), 1920)).toBe(14);
    expect(rate(seen, 4000)).toBe(960);
    expect(left(batch(64), null)).toBeNull();
  });
  it("forgets what is old, and begins anew after a stop", () => {
    let seen = note([], batch(10), 0);
    seen = note(seen, batch(20), 30_000);
    seen = note(seen, batch(30), 90_000);
    expect(seen.map((one) => one.at)).toEqual([30_000, 90_000]);
    expect(note(seen, batch(30, "stopped"), 95_000)).toEqual([{ at: 95_000, done: 30 }]);
    expect(note(seen, batch(5), 96_000)).toEqual([{ at: 96_000, done: 5 }]);
  });
  it("is as far as its rows are", () => {
    expect(share(batch(214, "running", 1))).toBe(43);
    expect(share({ ...batch(0), total: 0 })).toBe(100);
    const row = (state: string): BatchRow => ({ number: 1, line: 2, subscriber: "s", name: "", mail: "", profile: "", state, serial: null, code: null, reason: null });
    expect(["delivered", "refused", "issued", "waiting"].map((state) => fate(row(state), true, false))).toEqual(["delivered", "refused", "now", "next"]);
    expect([fate(row("waiting"), true, true), fate(row("waiting"), false, true)]).toEqual(["now", "next"]);
  });
  it("knows which cell an error means", () => {
    expect(columnOf({ mail: 2, name: 0, csr: null }, "mail")).toBe(2);
    expect(columnOf({ mail: 2, name: 0, csr: null }, "csr")).toBeNull();
    expect(columnOf({ mail: 2, name: 0, csr: null }, "bundle")).toBeNull();
  });
});
