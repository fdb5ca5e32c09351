import { describe, expect, it } from "vitest";
import { Pages } from "./pages.svelte";

const rows = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe("a list that comes in pages", () => {
  it("does not look complete when a further page could not be read, and reads that page again", async () => {
    const asked: (number | null)[] = [];
    let broken = true;
    const list = new Pages<number>(async (limit, after) => {
      asked.push(after);
      if (after !== null && broken) throw new Error("busy");
      return { rows: rows((after ?? 0) + 1, limit), more: after === null, total: 200 };
    });
    await list.first(false);
    await list.next();
    expect([list.rows.length, list.more, list.error?.code]).toEqual([100, true, "internal"]);
    broken = false;
    list.retry();
    await expect.poll(() => list.rows.length).toBe(200);
    expect([list.more, list.error, list.turn, asked]).toEqual([false, null, 0, [null, 100, 100]]);
  });
  it("reads all of it again when the first rows failed", async () => {
    const list = new Pages<number>(async () => Promise.reject(new Error("busy")));
    await list.first(false);
    expect([list.loaded, list.error?.code]).toEqual([false, "internal"]);
    list.retry();
    expect(list.turn).toBe(1);
  });
  it("forgets the failure of a page that a newer list has replaced", async () => {
    let fail = () => {};
    const list = new Pages<number>((limit, after) =>
      after === null ? Promise.resolve({ rows: rows(1, limit), more: true, total: 300 }) : new Promise((_, reject) => (fail = () => reject(new Error("late")))),
    );
    await list.first(false);
    const next = list.next();
    await list.first(true);
    fail();
    await next;
    expect([list.rows.length, list.more, list.error]).toEqual([100, true, null]);
  });
});
