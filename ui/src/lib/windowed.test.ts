import { describe, expect, it } from "vitest";
import { Selection } from "./selection.svelte";
import { PAGE, Windowed, type Part, type Place } from "./windowed.svelte";

interface Row {
  id: string;
}
const rows = (count: number): Row[] => Array.from({ length: count }, (_, at) => ({ id: `r${at}` }));

/** Answers as the program does: after a row, before one, or at a place; remembers what it was asked. */
class Store {
  asked: Place[] = [];
  constructor(
    public rows: Row[],
    public exact = true,
  ) {}
  load = async ({ after, before, skip, limit }: Place): Promise<Part<Row>> => {
    this.asked.push({ after, before, skip, limit });
    const all = this.rows;
    const total = this.exact ? all.length : Math.min(all.length, 10_000);
    if (before !== null) {
      const end = all.findIndex((row) => row.id === before);
      const from = Math.max(0, end - limit);
      return { rows: all.slice(from, end), more: from > 0, total, totalIsExact: this.exact };
    }
    const from = (after === null ? 0 : all.findIndex((row) => row.id === after) + 1) + skip;
    return { rows: all.slice(from, from + limit), more: from + limit < all.length, total, totalIsExact: this.exact };
  };
}
const settled = async () => {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
};
const list = (store: Store) => new Windowed<Row>((row) => row.id, store.load);

describe("a list that is read in parts", () => {
  it("holds a few pages of a million rows, however far it is scrolled", async () => {
    const store = new Store(rows(1_000_000));
    const shown = list(store);
    await shown.begin();
    expect([shown.length, shown.at(0)?.id, shown.at(PAGE)?.id]).toEqual([1_000_000, "r0", undefined]);
    for (let from = 0; from < 5_000; from += 40) {
      shown.show(from, from + 40);
      await settled();
      expect(shown.at(from + 39)?.id).toBe(`r${from + 39}`);
      expect(shown.held).toBeLessThanOrEqual(8 * PAGE);
    }
    // One after the other by the last row that is held, never by counting.
    expect(store.asked.filter((place) => place.skip > 0)).toEqual([]);
    // A jump is counted, once; the way back up goes by rows again.
    shown.show(600_000, 600_040);
    await settled();
    expect(shown.at(600_000)?.id).toBe("r600000");
    expect(store.asked.at(-1)).toMatchObject({ skip: 600_000, after: null });
    shown.show(599_950, 599_990);
    await settled();
    expect(store.asked.at(-1)).toMatchObject({ skip: 0, before: "r600000" });
    expect(shown.at(599_950)?.id).toBe("r599950");
    shown.show(999_980, 1_000_000);
    await settled();
    expect(shown.at(999_999)?.id).toBe("r999999");
  });

  it("drops the answer to a question that is no longer asked", async () => {
    const answers: ((part: Part<Row>) => void)[] = [];
    const shown = new Windowed<Row>((row) => row.id, () => new Promise((done) => answers.push(done)));
    const first = shown.begin();
    const second = shown.begin();
    answers[1]?.({ rows: [{ id: "new" }], more: false, total: 1, totalIsExact: true });
    await second;
    answers[0]?.({ rows: [{ id: "old" }, { id: "older" }], more: false, total: 2, totalIsExact: true });
    await first;
    expect([shown.total, shown.at(0)?.id]).toEqual([1, "new"]);
  });

  it("says of its rows that they are of an earlier question until the answer to the next one is here", async () => {
    const store = new Store(rows(3_000));
    const shown = list(store);
    shown.doubt();
    // Nothing is there yet that could be taken for it.
    expect(shown.outdated).toBe(false);
    await shown.begin();
    expect([shown.outdated, shown.begun]).toEqual([false, 1]);
    shown.doubt();
    expect([shown.outdated, shown.at(0)?.id]).toEqual([true, "r0"]);
    // Scrolling meanwhile reads nothing: it would be rows of the new question after a row of the old one.
    const asked = store.asked.length;
    shown.show(2_000, 2_040);
    await settled();
    expect(store.asked.length).toBe(asked);
    const next = shown.begin();
    expect([shown.outdated, shown.begun]).toEqual([true, 1]);
    await next;
    expect([shown.outdated, shown.begun]).toEqual([false, 2]);
  });

  it("takes no answer to the earlier question for one to the next, which is not asked yet", async () => {
    const answers: ((part: Part<Row>) => void)[] = [];
    const shown = new Windowed<Row>((row) => row.id, () => new Promise((done) => answers.push(done)));
    const answer = (at: number, id: string) => answers[at]?.({ rows: [{ id }], more: false, total: 1, totalIsExact: true });
    const first = shown.begin();
    answer(0, "old");
    await first;
    const again = shown.refresh();
    shown.doubt();
    answer(1, "old, read again");
    await again;
    expect([shown.outdated, shown.begun, shown.at(0)?.id]).toEqual([true, 1, "old"]);
    const next = shown.begin();
    answer(2, "new");
    await next;
    expect([shown.outdated, shown.begun, shown.at(0)?.id]).toEqual([false, 2, "new"]);
  });

  it("begins anew also when its data changed before the answer was here, or the answer came only at the second try", async () => {
    const store = new Store(rows(300));
    const shown = list(store);
    await shown.begin();
    const [next, changed] = [shown.begin(), shown.refresh()];
    await Promise.all([next, changed]);
    expect([shown.outdated, shown.begun]).toEqual([false, 2]);
    const { load } = store;
    let gone = false;
    const other = new Windowed<Row>((row) => row.id, (place) => (gone ? Promise.reject(new Error("gone")) : load(place)));
    await other.begin();
    gone = true;
    await other.begin();
    expect([other.error?.code, other.outdated, other.begun, other.at(0)?.id]).toEqual(["internal", true, 1, "r0"]);
    gone = false;
    await other.refresh();
    expect([other.error, other.outdated, other.begun]).toEqual([null, false, 2]);
  });

  it("keeps what it has when a part cannot be read, and says so", async () => {
    const store = new Store(rows(300));
    const shown = list(store);
    await shown.begin();
    store.load = async () => Promise.reject(new Error("gone"));
    const broken = new Windowed<Row>((row) => row.id, (place) => (place.after === null ? new Store(rows(300)).load(place) : Promise.reject(new Error("gone"))));
    await broken.begin();
    broken.show(150, 190);
    await settled();
    expect([broken.error?.code, broken.at(0)?.id, broken.at(150)]).toEqual(["internal", "r0", undefined]);
  });

  it("grows as it is read where nobody counted to the end", async () => {
    const store = new Store(rows(250), false);
    const shown = list(store);
    await shown.begin();
    expect(shown.length).toBe(2 * PAGE);
    shown.show(150, 200);
    await settled();
    shown.show(220, 300);
    await settled();
    expect(shown.length).toBe(250);
    expect(shown.at(249)?.id).toBe("r249");
  });

  it("shows what is left when rows go away below it", async () => {
    const store = new Store(rows(1_000));
    const shown = list(store);
    await shown.begin();
    shown.show(900, 940);
    await settled();
    store.rows = rows(120);
    await shown.refresh();
    await settled();
    expect([shown.length, shown.at(119)?.id]).toEqual([120, "r119"]);
  });

  it("gives a whole range, also of rows that are not held", async () => {
    const store = new Store(rows(5_000));
    const shown = list(store);
    await shown.begin();
    expect((await shown.between(3, 7)).map((row) => row.id)).toEqual(["r3", "r4", "r5", "r6", "r7"]);
    const many = await shown.between(2_000, 700);
    expect([many.length, many[0]?.id, many.at(-1)?.id]).toEqual([1_301, "r700", "r2000"]);
  });
});

describe("what is chosen", () => {
  it("stays chosen while its rows are not on show", async () => {
    const store = new Store(rows(3_000));
    const shown = list(store);
    await shown.begin();
    const chosen = new Selection<Row>((row) => row.id);
    chosen.toggle(shown.at(5) as Row);
    for (let from = 100; from < 3_000; from += 100) {
      shown.show(from, from + 40);
      await settled();
    }
    expect(shown.at(5)).toBeUndefined();
    chosen.toggle(shown.at(2_905) as Row);
    expect(chosen.rows.map((row) => row.id)).toEqual(["r5", "r2905"]);
    // The same row, read anew.
    expect(chosen.has({ id: "r5" })).toBe(true);
    chosen.toggle({ id: "r5" });
    expect(chosen.size).toBe(1);
  });
  it("is replaced, added to and dropped", () => {
    const chosen = new Selection<Row>((row) => row.id);
    chosen.set(rows(3));
    chosen.add([{ id: "r1" }, { id: "r9" }]);
    expect(chosen.size).toBe(4);
    // One that was deleted, and one that was not chosen.
    chosen.drop("r1");
    chosen.drop("r100");
    expect(chosen.rows.map((row) => row.id)).toEqual(["r0", "r2", "r9"]);
    chosen.clear();
    expect(chosen.rows).toEqual([]);
  });
});
