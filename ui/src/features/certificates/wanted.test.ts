import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { chips } from "./chips";
import { ownView } from "./filter";
import { lastDay, wanted, wantedFilter } from "./wanted";

describe("what an address asks the list for", () => {
  const of = (text: string) => wanted(new URLSearchParams(text));
  it("is a week, a use or a status, and nothing half", () => {
    expect(of("ends=2026-11-30..2026-12-07")).toEqual({ ends: { from: "2026-11-30", before: "2026-12-07" }, days: null, profile: null, status: null });
    expect(of("profile=signing&status=held")).toEqual({ ends: null, days: null, profile: "signing", status: "held" });
    expect(of("days=30")).toEqual({ ends: null, days: 30, profile: null, status: null });
    expect(of("status=nonsense")).toBeNull();
    expect(of("ends=2026-11-30")).toBeNull();
    expect(of("ends=today..tomorrow")).toBeNull();
    expect(of("days=45")?.days).toBe(45);
    expect([of("days=0"), of("days=-1"), of("days=1.5"), of("days=soon"), of("days=")]).toEqual([null, null, null, null, null]);
    expect(of("")).toBeNull();
  });
  it("is seen in the list: as a view of its own, or as chips", () => {
    const filter = (text: string) => wantedFilter(of(text) ?? { ends: null, days: null, profile: null, status: null });
    const soon = filter("days=30");
    expect([ownView(soon), soon.sort, chips(soon, messages.en)]).toEqual(["ending", "endingFirst", []]);
    expect(chips(filter("days=45"), messages.en).map((part) => part.without)).toEqual([{ days: null }]);
    expect([ownView(filter("status=held")), filter("status=held").sort]).toEqual(["held", "newest"]);
    expect(chips(filter("ends=2026-11-30..2026-12-07&profile=signing"), messages.en)).toHaveLength(2);
  });
  it("ends with the day before", () => {
    expect(lastDay({ from: "2026-11-23", before: "2026-11-30" })).toBe("2026-11-29");
  });
});
