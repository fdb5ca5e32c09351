import { describe, expect, it } from "vitest";
import type { Certificate, PastHold } from "$lib/api";
import { history } from "./history";

const key = (notBefore: string, notAfter: string, status = "superseded", profile = "encryption", revokedAt: string | null = null): Certificate => ({ serial: notBefore, status, profile, subject: "CN=A", san: [], subscriber: "1", notBefore: `${notBefore}T00:00:00Z`, notAfter: `${notAfter}T00:00:00Z`, enrollment: null, kind: "subscriber", readsMail: profile === "encryption", serves: profile === "encryption" ? ["mailToThem"] : ["signedMail"], madeHere: true, ours: true, revokedAt });
const NOW = Date.UTC(2026, 6, 2);

describe("the history of keys to encrypt to", () => {
  it("is nothing where there never was one", () => {
    expect(history([key("2025-01-01", "2027-01-01", "active", "signing")], [], NOW)).toBeNull();
  });
  it("is one bar a key over whole years, oldest first", () => {
    const found = history([key("2024-07-01", "2026-12-31", "active"), key("2023-01-01", "2024-12-31")], [], NOW);
    expect(found?.years).toEqual([2023, 2024, 2025, 2026]);
    expect(found?.bars.map((bar) => [bar.number, bar.live])).toEqual([[1, false], [2, true]]);
    expect(found?.bars[0]?.a).toBe(0);
    expect(found?.bars[0]?.b).toBeCloseTo(50, 0);
    expect(found?.gaps).toEqual([]);
  });
  it("ends a key where it was revoked or put on hold, and one that had ended before where it ended", () => {
    for (const status of ["revoked", "held"]) {
      const found = history([key("2025-01-01", "2027-01-01", status, "encryption", "2026-03-01T00:00:00Z")], [], NOW);
      expect(found?.gaps.map((gap) => [gap.from.slice(0, 10), gap.to.slice(0, 10)])).toEqual([["2026-03-01", "2026-07-02"]]);
      expect([found?.bars[0]?.to, found?.covered.b === found?.bars[0]?.b]).toEqual(["2026-03-01T00:00:00Z", true]);
    }
    const between = history([key("2023-01-01", "2025-01-01", "revoked", "encryption", "2024-01-01T00:00:00Z"), key("2024-06-01", "2027-01-01", "active")], [], NOW);
    expect(between?.gaps.map((gap) => [gap.from.slice(0, 10), gap.to.slice(0, 10)])).toEqual([["2024-01-01", "2024-06-01"]]);
    const late = history([key("2023-01-01", "2026-07-01", "revoked", "encryption", "2026-07-02T00:00:00Z")], [], NOW);
    expect(late?.bars[0]?.to).toBe("2026-07-01T00:00:00Z");
  });
  it("leaves out when a key was on hold in between, and shows that on its bar, however short", () => {
    const hold = (serial: string, from: string, to: string): PastHold => ({ serial, from: `${from}Z`, to: `${to}Z` });
    const alone = [key("2025-01-01", "2027-01-01", "active")];
    const one = hold("2025-01-01", "2025-03-01T08:00:00", "2025-03-04T08:00:00");
    const found = history(alone, [one, hold("2025-01-01", "2025-06-01T08:00:00", "2025-06-01T09:00:00"), hold("other", "2026-01-01T00:00:00", "2026-02-01T00:00:00")], NOW);
    expect(found?.gaps.map((gap) => [gap.from, gap.to])).toEqual([["2025-03-01T08:00:00.000Z", "2025-03-04T08:00:00.000Z"]]);
    expect(found?.bars[0]?.holds.map((gap) => [gap.from.slice(0, 16), gap.to.slice(0, 16)])).toEqual([["2025-03-01T08:00", "2025-03-04T08:00"], ["2025-06-01T08:00", "2025-06-01T09:00"]]);
    expect([found?.bars[0]?.to, found?.bars[0]?.live]).toEqual(["2027-01-01T00:00:00Z", true]);
    // Another key that others could encrypt to meanwhile leaves no gap; a gap that a hold begins lasts until the next key.
    const covered = history([...alone, key("2024-01-01", "2025-12-31")], [one], NOW);
    expect([covered?.gaps, covered?.bars.map((bar) => bar.holds.length)]).toEqual([[], [0, 1]]);
    const ended = history([key("2024-01-01", "2025-01-01", "expired"), key("2026-01-01", "2027-01-01", "active")], [hold("2024-01-01", "2024-12-01T00:00:00", "2025-02-01T00:00:00")], NOW);
    expect(ended?.gaps.map((gap) => [gap.from.slice(0, 10), gap.to.slice(0, 10)])).toEqual([["2024-12-01", "2026-01-01"]]);
  });
  it("shows when nobody could encrypt, also now", () => {
    const found = history([key("2023-01-01", "2024-01-01", "expired"), key("2025-01-01", "2026-01-01", "expired")], [], NOW);
    expect(found?.gaps.map((gap) => [gap.from.slice(0, 10), gap.to.slice(0, 10)])).toEqual([["2024-01-01", "2025-01-01"], ["2026-01-01", "2026-07-02"]]);
  });
});
