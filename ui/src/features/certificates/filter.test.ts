import { describe, expect, it } from "vitest";
import { asked, chooseView, direction, narrows, ownView, question, sorted, toggled, usual, views, WHOLE, type Filter } from "./filter";

describe("the list of certificates", () => {
  it("asks for statuses, or for those that end soon, and for a place", () => {
    expect(question({ ...usual, statuses: ["held"] }, WHOLE)).toMatchObject({ statuses: ["held"], expiringDays: null, skip: 0 });
    expect(question({ ...usual, days: 30 }, { ...WHOLE, after: "0A" })).toMatchObject({ statuses: [], expiringDays: 30, after: "0A" });
    expect(question({ ...usual, search: "  " }, WHOLE).search).toBeNull();
  });
  it("reads a saved question back as it was", () => {
    const filter: Filter = { search: "al", statuses: ["held", "revoked"], profiles: ["signing"], days: null, ends: { from: "2026-11-30", before: "2026-12-07" }, kind: "all", department: "1", sort: "nameLast" };
    expect(asked(question(filter, WHOLE))).toEqual(filter);
  });
  it("knows when something is left out", () => {
    expect(narrows(usual)).toBe(false);
    expect(narrows({ ...usual, sort: "name" })).toBe(false);
    for (const change of [{ profiles: ["signing"] }, { kind: "all" }, { search: "x" }, { days: 7 }, { statuses: ["held"] }, { department: "1" }] as Partial<Filter>[]) expect(narrows({ ...usual, ...change })).toBe(true);
  });
  it("offers the views that have something, and keeps the chosen one", () => {
    const counts = { total: 3, byStatus: [{ status: "active" as const, count: 3 }], byProfile: [], ending: 0 };
    expect(views(counts, "any").map((one) => one.view)).toEqual(["any", "active"]);
    expect(views(counts, "held").map((one) => one.view)).toEqual(["any", "active", "held"]);
    expect(views(undefined, null)).toEqual([{ view: "any", count: 0 }]);
  });
  it("is one of its own views, or none", () => {
    for (const view of ["any", "active", "ending", "held"] as const) expect(ownView({ ...usual, ...chooseView(view) })).toBe(view);
    expect(ownView({ ...usual, statuses: ["held", "active"] })).toBeNull();
    expect(ownView({ ...usual, days: 90 })).toBeNull();
  });
  it("puts values in and takes them out", () => {
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
    expect(toggled(["b"], "a")).toEqual(["b", "a"]);
  });
  it("turns the order at the head of a column, and back to the usual one", () => {
    expect(sorted("newest", "ends")).toBe("endingFirst");
    expect(sorted("endingFirst", "ends")).toBe("endingLast");
    expect(sorted("endingLast", "ends")).toBe("newest");
    expect(sorted("name", "name")).toBe("nameLast");
    expect(sorted("newest", "issued")).toBe("oldest");
    expect(sorted("oldest", "issued")).toBe("newest");
    expect([direction("name", "name"), direction("nameLast", "name"), direction("name", "ends")]).toEqual(["ascending", "descending", null]);
  });
});
