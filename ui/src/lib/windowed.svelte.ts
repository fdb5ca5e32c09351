// A list of any length of which only what is near the eye is held: pages by keyset, or by their place after a jump.
import { untrack } from "svelte";
import { ApiError } from "./api";
import { changes } from "./live.svelte";

/** Rows of a page. */
export const PAGE = 100;
/** Pages that are held. */
const HELD = 8;
/** Rows read at once where a whole range is wanted. */
const RANGE = 500;

/** Which part of the order is asked for. */
export interface Place {
  after: string | null;
  before: string | null;
  skip: number;
  limit: number;
}

/** What came. */
export interface Part<T> {
  rows: T[];
  more: boolean;
  total: number;
  totalIsExact: boolean;
}

export type Load<T> = (place: Place) => Promise<Part<T>>;

export class Windowed<T> {
  /** All that match; when it is not exact at least about so many. */
  total = $state<number | null>(null);
  exact = $state(true);
  loaded = $state(false);
  /** Nothing yet for more than 200 ms. */
  waiting = $state(false);
  error = $state<ApiError | null>(null);
  /** Another question is asked: until its answer is here the rows are those of the one before. */
  outdated = $state(false);
  /** Rises whenever the list begins anew. */
  begun = $state(0);
  #pages = $state.raw<Readonly<Record<number, readonly T[]>>>({});
  /** Rows up to the furthest that was seen; the length of a list that nobody counted. */
  #reach = $state(0);
  #load: Load<T>;
  #id: (row: T) => string;
  #turn = 0;
  #again = $state(0);
  #want = { from: 0, to: 0 };
  #busy = false;

  constructor(id: (row: T) => string, load: Load<T>) {
    this.#id = id;
    this.#load = load;
  }

  /** How many rows there are to scroll through. */
  get length(): number {
    return this.exact ? (this.total ?? 0) : this.#reach;
  }
  /** For effects: depends on retries. */
  get turn(): number {
    return this.#again;
  }
  retry = () => {
    this.#again += 1;
  };

  /** The row at a place, when it is held. */
  at(index: number): T | undefined {
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE];
  }
  /** Where a row is, when it is held. */
  indexOf(id: string): number {
    for (const [page, rows] of Object.entries(this.#pages)) {
      const at = rows.findIndex((row) => this.#id(row) === id);
      if (at >= 0) return Number(page) * PAGE + at;
    }
    return -1;
  }
  /** How many rows are held now. */
  get held(): number {
    return Object.values(this.#pages).reduce((sum, rows) => sum + rows.length, 0);
  }

  /** Rows from here to there (exclusive) come into view: what is missing is read. */
  show(from: number, to: number): void {
    this.#want = { from: Math.max(0, from), to };
    void this.#fill();
  }

  /** The question is another one, which is not asked yet; an answer to the one before that comes now is for nobody. */
  doubt(): void {
    this.outdated = this.loaded;
    if (this.loaded) this.#turn += 1;
  }

  /** The question changed: from the first row again; the old rows stay until the new ones are here. */
  begin(): Promise<void> {
    this.doubt();
    this.#want = { from: 0, to: PAGE };
    return this.#renew(0, true);
  }

  /** The data changed: what is in view again. */
  refresh(): Promise<void> {
    return this.#renew(Math.floor(this.#want.from / PAGE), false);
  }

  /** All rows from here to there (inclusive), also those that are not held. */
  async between(first: number, last: number): Promise<T[]> {
    const [from, to] = [Math.min(first, last), Math.max(first, last)];
    const here: T[] = [];
    for (let index = from; index <= to; index += 1) {
      const row = this.at(index);
      if (row === undefined) break;
      here.push(row);
    }
    if (here.length === to - from + 1) return here;
    const rows: T[] = [];
    let after: string | null = null;
    while (rows.length < to - from + 1) {
      const limit = Math.min(RANGE, to - from + 1 - rows.length);
      const part: Part<T> = await this.#load({ after, before: null, skip: after === null ? from : 0, limit });
      rows.push(...part.rows);
      const end = part.rows.at(-1);
      if (!part.more || end === undefined) break;
      after = this.#id(end);
    }
    return rows;
  }

  async #renew(page: number, anew: boolean) {
    const turn = ++this.#turn;
    const timer = setTimeout(() => (this.waiting = !this.loaded), 200);
    try {
      // A place far into what nobody counted cannot be counted either: from the row above it.
      const above = this.exact || anew ? undefined : this.#pages[page - 1]?.at(-1);
      const place = above === undefined ? { after: null, skip: page * PAGE } : { after: this.#id(above), skip: 0 };
      let part = await this.#load({ ...place, before: null, limit: PAGE });
      if (turn !== this.#turn) return;
      // What was in view is gone: the end of what is left.
      if (page > 0 && !part.rows.length) {
        page = part.totalIsExact ? Math.max(0, Math.ceil(part.total / PAGE) - 1) : 0;
        part = await this.#load({ after: null, before: null, skip: page * PAGE, limit: PAGE });
        if (turn !== this.#turn) return;
      }
      this.#pages = {};
      this.#reach = 0;
      this.#take(page, part);
      this.loaded = true;
      this.error = null;
      // Also where the data changed before the answer was here, or it is asked again because it was refused.
      if (anew || this.outdated) this.begun += 1;
      this.outdated = false;
    } catch (thrown) {
      if (turn === this.#turn) this.error = ApiError.from(thrown);
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.waiting = false;
    }
    if (turn === this.#turn) void this.#fill();
  }

  #take(page: number, part: Part<T>) {
    const pages: Record<number, readonly T[]> = { ...this.#pages, [page]: part.rows };
    // The furthest from the eye goes first.
    const eye = (this.#want.from + this.#want.to) / 2 / PAGE - 0.5;
    const near = Object.keys(pages).map(Number).sort((a, b) => Math.abs(a - eye) - Math.abs(b - eye)).slice(0, HELD);
    this.#pages = Object.fromEntries(near.map((one) => [one, pages[one] ?? []]));
    this.total = part.total;
    this.exact = part.totalIsExact;
    const end = page * PAGE + part.rows.length;
    // One page more than was seen, as long as there is more: the scroll bar tells no lie about what nobody counted.
    this.#reach = part.more ? Math.max(this.#reach, end + PAGE) : end;
  }

  /** The missing page that is nearest to the upper edge of what is in view. */
  #missing(): number | null {
    const { from, to } = this.#want;
    const last = Math.min(Math.ceil(to / PAGE), Math.ceil(this.length / PAGE));
    for (let page = Math.floor(from / PAGE); page < last; page += 1) if (!this.#pages[page]) return page;
    return null;
  }

  async #fill() {
    if (this.#busy || !this.loaded || this.outdated) return;
    this.#busy = true;
    try {
      for (let page = this.#missing(); page !== null && !this.outdated; page = this.#missing()) {
        const turn = this.#turn;
        const part = await this.#load(this.#place(page));
        if (turn !== this.#turn) continue;
        const below = this.#pages[page + 1] !== undefined && this.#pages[page - 1] === undefined;
        if (below && part.rows.length < PAGE) {
          // Fewer rows above than there were: the places no longer fit.
          void this.refresh();
          return;
        }
        // Read backwards, "more" speaks of what lies above.
        this.#take(page, below ? { ...part, more: true } : part);
        if (!part.rows.length) {
          this.#reach = Math.min(this.#reach, page * PAGE);
          if (this.exact) return void this.refresh();
        }
        this.error = null;
      }
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.#busy = false;
    }
  }

  /** A neighbour's row is the cheapest way; without one the place is counted. */
  #place(page: number): Place {
    const above = this.#pages[page - 1]?.at(-1);
    if (above !== undefined) return { after: this.#id(above), before: null, skip: 0, limit: PAGE };
    const below = this.#pages[page + 1]?.[0];
    if (below !== undefined) return { after: null, before: this.#id(below), skip: 0, limit: PAGE };
    return { after: null, before: null, skip: page * PAGE, limit: PAGE };
  }
}

/** Loads now and after changes; begins anew when `key` changes, once it has been quiet for `quiet()` ms. Call it in a component. */
export function windowed<T>(id: (row: T) => string, key: () => unknown, load: Load<T>, quiet: () => number = () => 0): Windowed<T> {
  const list = new Windowed(id, load);
  let last: string | undefined;
  $effect(() => {
    void changes.version;
    void list.turn;
    const current = JSON.stringify(key());
    const anew = current !== last;
    const wait = anew && last !== undefined ? untrack(quiet) : 0;
    if (anew) untrack(() => list.doubt());
    const run = () => {
      last = current;
      untrack(() => void (anew ? list.begin() : list.refresh()));
    };
    if (!wait) return run();
    const timer = setTimeout(run, wait);
    return () => clearTimeout(timer);
  });
  return list;
}
