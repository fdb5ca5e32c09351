import { describe, expect, it } from "vitest";
import { drawn, HIGHEST, reveal, seen, sheet, step, type Geometry } from "./scrolling";

const of = (count: number, top: number): Geometry => ({ count, row: 32, view: 640, top });

describe("a list of any length", () => {
  it("draws a screenful and a little, wherever it is scrolled to", () => {
    for (const count of [1, 20, 1_000, 1_000_000]) {
      const end = Math.max(0, sheet(count, 32) - 640);
      for (const part of [0, 0.1, 0.5, 0.9999, 1]) {
        const { from, to, above, below } = drawn(of(count, end * part));
        expect(to - from).toBeLessThanOrEqual(640 / 32 + 17);
        expect(Math.abs(above + (to - from) * 32 + below - sheet(count, 32))).toBeLessThan(8 * 32 * (1 - part) + 0.5);
      }
      expect(drawn(of(count, 0)).from).toBe(0);
      expect(drawn(of(count, end)).to).toBe(count);
    }
    expect(drawn(of(0, 0))).toEqual({ from: 0, to: 0, above: 0, below: 0 });
  });
  it("is never higher than a webview can be, also at 200 %", () => {
    expect(sheet(1_000_000, 40)).toBe(HIGHEST);
    expect(sheet(1_000, 40)).toBe(40_000);
    expect(HIGHEST * 2).toBeLessThan(2 ** 31 / 64);
  });
  it("moves by single rows where the sheet holds every one", () => {
    const at = drawn(of(1_000, 3_205));
    expect(at.from * 32 - at.above).toBe(0);
  });
  it("brings a row into view and leaves it when it is", () => {
    for (const count of [1_000, 1_000_000]) {
      for (const index of [0, 7, 500, count - 1]) {
        const to = reveal(of(count, 0), index) ?? 0;
        const { first, last } = seen(of(count, to));
        expect(index).toBeGreaterThanOrEqual(first - 1);
        expect(index).toBeLessThanOrEqual(last + 1);
        expect(reveal(of(count, to), index)).toBeNull();
      }
    }
  });
  it("goes where keys say, and no further than the list", () => {
    expect(step("ArrowDown", 3, 10, 5)).toBe(4);
    expect(step("k", 0, 10, 5)).toBe(0);
    expect(step("PageDown", 7, 10, 5)).toBe(9);
    expect(step("PageUp", 7, 10, 5)).toBe(2);
    expect(step("Home", 7, 1_000_000, 5)).toBe(0);
    expect(step("End", 7, 1_000_000, 5)).toBe(999_999);
    expect(step("j", -1, 10, 5)).toBe(0);
    expect(step("x", 3, 10, 5)).toBeNull();
    expect(step("j", -1, 0, 5)).toBeNull();
  });
});
