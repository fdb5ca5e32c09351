import { describe, expect, it } from "vitest";
import { heat, months, peak, WEEKS, weeks } from "./calendar";

describe("the calendar of what ends", () => {
  // A Friday.
  const now = new Date("2026-11-27T15:00:00Z").getTime();
  it("has 52 weeks from Monday to Monday, the first with today in it", () => {
    const all = weeks([], now);
    expect(all).toHaveLength(WEEKS);
    expect(all[0]).toEqual({ from: "2026-11-23", before: "2026-11-30", count: 0, heat: 0 });
    expect(all.at(-1)?.before).toBe("2027-11-22");
    expect(weeks([], new Date("2026-11-23T00:00:00Z").getTime())[0]?.from).toBe("2026-11-23");
    expect(weeks([], new Date("2026-11-22T23:59:59Z").getTime())[0]?.from).toBe("2026-11-16");
  });
  it("puts every day into its week and nothing elsewhere", () => {
    const day = (day: string, count: number) => ({ day: `${day}T00:00:00Z`, count });
    const all = weeks([day("2026-11-27", 1), day("2026-11-29", 2), day("2026-11-30", 4), day("2027-11-21", 8), day("2027-11-22", 16)], now);
    expect([all[0]?.count, all[1]?.count, all[51]?.count]).toEqual([3, 4, 8]);
    expect(all.reduce((sum, week) => sum + week.count, 0)).toBe(15);
    expect(peak(all)?.from).toBe("2027-11-15");
    expect(peak(weeks([], now))).toBeNull();
  });
  it("grows darker with the number and stays pale where there are few", () => {
    expect([0, 1, 3, 4, 7, 11, 15, 16, 23].map((count) => heat(count, 23))).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect([1, 2, 3].map((count) => heat(count, 3))).toEqual([1, 2, 3]);
    expect(heat(1, 1)).toBe(1);
  });
  it("names the months under their weeks", () => {
    const line = weeks([], now).slice(0, 26);
    expect(months(line, "en").map((month) => [month.name, month.start, month.end])).toEqual([
      ["Nov", 1, 3],
      ["Dec", 3, 7],
      ["Jan", 7, 11],
      ["Feb", 11, 15],
      ["Mar", 15, 20],
      ["Apr", 20, 24],
      ["May", 24, 27],
    ]);
  });
});
