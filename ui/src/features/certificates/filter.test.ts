import { describe, expect, it } from "vitest";
import { narrows, question, sorted, usual, views } from "./filter";

describe("the list of certificates", () => {
  it("asks for one status, or for those that end soon", () => {
    expect(question({ ...usual, view: "held" }, 100, null)).toMatchObject({ statuses: ["held"], expiringDays: null });
    expect(question({ ...usual, view: "ending" }, 100, "0A")).toMatchObject({ statuses: [], expiringDays: 30, after: "0A" });
    expect(question({ ...usual, search: "  " }, 100, null).search).toBeNull();
  });
  it("knows when something is left out", () => {
    expect(narrows(usual)).toBe(false);
    expect(narrows({ ...usual, sort: "name" })).toBe(false);
    expect(narrows({ ...usual, profile: "signing" })).toBe(true);
    expect(narrows({ ...usual, kind: "all" })).toBe(true);
  });
  it("offers the views that have something, and keeps the chosen one", () => {
    const counts = { total: 3, byStatus: [{ status: "active" as const, count: 3 }], byProfile: [], ending: 0 };
    expect(views(counts, "any").map((one) => one.view)).toEqual(["any", "active"]);
    expect(views(counts, "held").map((one) => one.view)).toEqual(["any", "active", "held"]);
    expect(views(undefined, "any")).toEqual([{ view: "any", count: 0 }]);
  });
  it("turns the order at the head of a column, and back to the usual one", () => {
    expect(sorted("newest", "ends")).toBe("endingFirst");
    expect(sorted("endingFirst", "ends")).toBe("endingLast");
    expect(sorted("endingLast", "ends")).toBe("newest");
    expect(sorted("name", "name")).toBe("newest");
  });
});
