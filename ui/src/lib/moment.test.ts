import { describe, expect, it } from "vitest";
import { moment } from "./moment";

describe("a typed moment", () => {
  it("is read in the officer's own time", () => {
    expect(moment("2026-03-12 08:52")).toBe(new Date(2026, 2, 12, 8, 52).toISOString().replace(".000", ""));
    expect(moment(" 2026-03-12 ")).toBe(new Date(2026, 2, 12).toISOString().replace(".000", ""));
    expect(moment("")).toBeNull();
  });
  it("is refused when there is no such day or time", () => {
    for (const typed of ["2026-02-31", "2026-13-01", "yesterday", "12.3.2026", "2026-03-12 25:00", "2026-03-12 08"]) expect(moment(typed), typed).toBeUndefined();
  });
});
