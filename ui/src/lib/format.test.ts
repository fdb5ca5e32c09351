import { describe, expect, it } from "vitest";
import { ago, clock, calendarDay, date, dayAndClock, shortDate, figure, groups, left, model, near, took } from "./format";

const NOW = new Date("2026-03-12T09:41:07Z").getTime();

describe("times", () => {
  it("are relative where near, in both languages", () => {
    expect(ago("2026-03-15T09:41:07Z", NOW, "en")).toBe("in 3 days");
    expect(ago("2026-03-11T09:00:00Z", NOW, "en")).toBe("yesterday");
    expect(ago("2026-03-12T09:39:00Z", NOW, "fr")).toBe("il y a 2 minutes");
    expect(ago("2026-03-12T09:41:00Z", NOW, "en")).toBe("now");
  });
  it("are written as people of the language write them", () => {
    expect(date("2027-09-14T12:00:00Z", "en").replaceAll("\u00A0", " ")).toMatch(/^14 Sept? 2027$/);
    expect(date("2027-09-14T12:00:00Z", "fr").replaceAll("\u00A0", " ")).toBe("14 septembre 2027");
    expect(shortDate("2027-07-14T12:00:00Z", "fr").replaceAll("\u00A0", " ")).toBe("14 juil. 2027");
    expect(clock(new Date(2026, 2, 12, 9, 4), "fr")).toBe("9\u00A0h\u00A004");
    expect(clock(new Date(2026, 2, 12, 9, 4), "en")).toBe("09:04");
    expect(dayAndClock(new Date(2026, 2, 15, 9, 41).toISOString(), "fr")).toBe("15\u00A0mars à 9\u00A0h\u00A041");
  });
  it("follow the time zone of a laptop that travels", () => {
    const home = process.env["TZ"];
    try {
      process.env["TZ"] = "UTC";
      expect(date("2027-09-14T20:00:00Z", "fr").replaceAll("\u00A0", " ")).toBe("14 septembre 2027");
      process.env["TZ"] = "Asia/Tokyo";
      expect(date("2027-09-14T20:00:00Z", "fr").replaceAll("\u00A0", " ")).toBe("15 septembre 2027");
    } finally {
      if (home === undefined) delete process.env["TZ"];
      else process.env["TZ"] = home;
    }
  });
  it("keep a day of the calendar as it is, however far west or east the laptop is", () => {
    const home = process.env["TZ"];
    try {
      for (const zone of ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"]) {
        process.env["TZ"] = zone;
        expect([calendarDay("2026-11-21", "en"), calendarDay("2026-11-21", "fr")].map((text) => text.replaceAll("\u00A0", " ")), zone).toEqual(["21 Nov 2026", "21 novembre 2026"]);
      }
    } finally {
      if (home === undefined) delete process.env["TZ"];
      else process.env["TZ"] = home;
    }
  });
  it("count down in minutes and seconds and never below nothing", () => {
    expect(left("2026-03-12T09:43:14Z", NOW, "en")).toBe("2:07");
    expect(left("2026-03-12T09:00:00Z", NOW, "en")).toBe("0:00");
    expect(left("2026-03-15T10:00:00Z", NOW, "en")).toBe("3\u00A0days");
    expect(took("2026-03-12T09:33:41Z", "2026-03-12T09:34:57Z", "en")).toBe("1\u00A0min\u00A016\u00A0s");
    expect([took("2026-03-12T09:33:41Z", "2026-03-15T10:00:00Z", "en"), took("2026-03-12T09:33:41Z", "2026-03-15T10:00:00Z", "fr")]).toEqual(["3\u00A0d", "3\u00A0j"]);
  });
  it("name the day wherever it is not today", () => {
    const now = new Date(2026, 2, 12, 23, 30).getTime();
    const said = (at: Date, locale: "en" | "fr") => near(at.toISOString(), now, locale).replaceAll("\u00A0", " ");
    expect(said(new Date(2026, 2, 12, 6, 24), "en")).toBe("06:24");
    expect(said(new Date(2026, 2, 12, 6, 24), "fr")).toBe("à 6 h 24");
    expect(said(new Date(2026, 2, 13, 6, 24), "en")).toBe("tomorrow, 06:24");
    expect(said(new Date(2026, 2, 13, 6, 24), "fr")).toBe("demain à 6 h 24");
    expect(said(new Date(2026, 2, 11, 23, 59), "en")).toBe("yesterday, 23:59");
    expect(said(new Date(2026, 2, 20, 6, 24), "en")).toBe("20 March, 06:24");
    expect(said(new Date(2026, 2, 20, 6, 24), "fr")).toBe("le 20 mars à 6 h 24");
    expect(said(new Date(2025, 2, 20, 6, 24), "en")).toBe("20 Mar 2025, 06:24");
  });
});

describe("figures", () => {
  it("have a no-break space for thousands", () => {
    expect([999, 1284, 1000000].map(figure)).toEqual(["999", "1\u00A0284", "1\u00A0000\u00A0000"]);
  });
  it("of serials stand in groups of four, counted from the right", () => {
    expect(groups("2C81D40E9B5703AF")).toBe("2C81 D40E 9B57 03AF");
    expect(groups("1D40E")).toBe("1 D40E");
  });
  it("of models become names where they are known", () => {
    expect(model("iPhone15,4")).toBe("iPhone 15");
    expect(model("iPhone99,9")).toBe("iPhone99,9");
    expect(model(null)).toBe("iPhone");
  });
});
