import { describe, expect, it } from "vitest";
import { leaving, saved } from "./typed";

describe("what was typed into a setting", () => {
  it("is saved unless it stands there, also when something else was refused before", () => {
    expect([leaving("1096", "730", null), leaving(" 730 ", "730", null), leaving("", "730", null), leaving("", "", null)]).toEqual(["save", "stands", "save", "stands"]);
  });
  it("is saved once by Enter and leaving the field, and again when it was changed in between", () => {
    expect([leaving("horse ", "", "horse"), leaving("horses", "", "horse")]).toEqual(["underWay", "save"]);
  });
  it("gives way to what stands there once it was saved: nothing of a password, what it was while a second officer is waited for, what is inherited", () => {
    expect([saved(null, "horse", ""), saved(null, "365", "730"), saved(null, "", "730"), saved(null, "0365", "365")]).toEqual(["", "730", "730", "365"]);
    expect([saved("horse ", "horse", ""), saved(" ", "", "730")]).toEqual(["", "730"]);
  });
  it("stays when it was typed since, whatever stands there now", () => {
    expect([saved("horses", "horse", ""), saved("36", "", "730"), saved("36", "365", "365"), saved("", "365", "365")]).toEqual(["horses", "36", "36", ""]);
  });
});
