import { describe, expect, it } from "vitest";
import { leaving, saved } from "./typed";

describe("what was typed into a setting", () => {
  it("is saved unless it stands there, also when something else was refused before", () => {
    expect([leaving("1096", "730", null), leaving(" 730 ", "730", null), leaving("", "730", null), leaving("", "", null)]).toEqual(["save", "stands", "save", "stands"]);
  });
  it("is saved once by Enter and leaving the field, and again when it was changed in between", () => {
    expect([leaving("horse ", "", "horse"), leaving("horses", "", "horse")]).toEqual(["underWay", "save"]);
  });
  it("leaves the field when it is a password, or waits for a second officer", () => {
    expect(saved("horse ", "horse", "", { waits: false, secret: true })).toBe("");
    expect(saved("365", "365", "730", { waits: true, secret: false })).toBe("730");
    expect(saved("365", "365", "730", { waits: false, secret: false })).toBe("365");
  });
  it("gives way to what is inherited when it was left empty", () => {
    expect(saved(" ", "", "730", { waits: false, secret: false })).toBe("730");
  });
  it("stays when it was typed meanwhile", () => {
    expect(saved("horses", "horse", "", { waits: false, secret: true })).toBe("horses");
    expect(saved("36", "", "730", { waits: false, secret: false })).toBe("36");
  });
});
