import { describe, expect, it } from "vitest";
import { lastDay, wanted } from "./wanted";

describe("what an address asks the list for", () => {
  const of = (text: string) => wanted(new URLSearchParams(text));
  it("is a week, a use or a status, and nothing half", () => {
    expect(of("ends=2026-11-30..2026-12-07")).toEqual({ ends: { from: "2026-11-30", before: "2026-12-07" }, profile: null, status: null });
    expect(of("profile=signing&status=held")).toEqual({ ends: null, profile: "signing", status: "held" });
    expect(of("status=nonsense")).toBeNull();
    expect(of("ends=2026-11-30")).toBeNull();
    expect(of("ends=today..tomorrow")).toBeNull();
    expect(of("")).toBeNull();
  });
  it("ends with the day before", () => {
    expect(lastDay({ from: "2026-11-23", before: "2026-11-30" })).toBe("2026-11-29");
  });
});
