// A list that comes in pages: the first again after every change, further ones on demand.
import { untrack } from "svelte";
import { ApiError } from "./api";
import { changes } from "./live.svelte";

const PAGE = 100;
const MOST = 500;

/** A page; without `totalIsExact` its total is exact. */
interface Paged<T> {
  rows: T[];
  more: boolean;
  total: number | null;
  totalIsExact?: boolean;
}

export class Pages<T> {
  rows = $state<T[]>([]);
  total = $state<number | null>(null);
  /** `false`: there are at least `total`. */
  exact = $state(true);
  more = $state(false);
  loaded = $state(false);
  waiting = $state(false);
  error = $state<ApiError | null>(null);
  #again = $state(0);
  #turn = 0;
  /** What failed was a further page. */
  #further = false;
  #load: (limit: number, after: T | null) => Promise<Paged<T>>;

  constructor(load: (limit: number, after: T | null) => Promise<Paged<T>>) {
    this.#load = load;
  }

  get turn() {
    return this.#again;
  }
  /** What failed, again: all of it, or the further page alone. */
  retry = () => {
    if (this.#further) void this.next();
    else this.#again += 1;
  };

  /** The first rows again, as many as are on show. */
  async first(keep: boolean) {
    const turn = ++this.#turn;
    const timer = setTimeout(() => (this.waiting = !this.loaded), 200);
    try {
      const page = await this.#load(keep ? Math.min(MOST, Math.max(PAGE, this.rows.length)) : PAGE, null);
      if (turn !== this.#turn) return;
      this.rows = page.rows;
      this.more = page.more;
      this.total = page.total;
      this.exact = page.totalIsExact ?? true;
      this.loaded = true;
      this.error = null;
      this.#further = false;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
      this.#further = false;
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.waiting = false;
    }
  }

  /** The next page. */
  next = async () => {
    const last = this.rows.at(-1);
    if (!this.more || last === undefined) return;
    const turn = this.#turn;
    this.more = false;
    this.error = null;
    try {
      const page = await this.#load(PAGE, last);
      if (turn !== this.#turn) return;
      this.rows = [...this.rows, ...page.rows];
      this.more = page.more;
      this.#further = false;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      // There is more: the list must not look complete.
      this.more = true;
      this.error = ApiError.from(thrown);
      this.#further = true;
    }
  };
}

/** Loads now and after changes; begins anew when `key` changes. Call it in a component. */
export function pages<T>(key: () => unknown, load: (limit: number, after: T | null) => Promise<Paged<T>>): Pages<T> {
  const list = new Pages(load);
  let last: string | undefined;
  $effect(() => {
    void changes.version;
    void list.turn;
    const current = JSON.stringify(key());
    const keep = current === last;
    last = current;
    untrack(() => void list.first(keep));
  });
  return list;
}
