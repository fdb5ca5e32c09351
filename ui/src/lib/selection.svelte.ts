// What is chosen in a list, kept by id, also while its rows are not on show.
import { SvelteMap } from "svelte/reactivity";

/** Most rows of one act. */
export const MOST = 10_000;

export class Selection<T> {
  #id: (row: T) => string;
  #rows = new SvelteMap<string, T>();

  constructor(id: (row: T) => string) {
    this.#id = id;
  }

  get size(): number {
    return this.#rows.size;
  }
  get rows(): T[] {
    return [...this.#rows.values()];
  }
  has(row: T): boolean {
    return this.#rows.has(this.#id(row));
  }
  toggle(row: T): void {
    const id = this.#id(row);
    if (this.#rows.has(id)) this.#rows.delete(id);
    else this.#rows.set(id, row);
  }
  /** Chooses these too. */
  add(rows: readonly T[]): void {
    for (const row of rows) this.#rows.set(this.#id(row), row);
  }
  /** Chooses these and no others. */
  set(rows: readonly T[]): void {
    this.#rows.clear();
    this.add(rows);
  }
  /** It is gone from the list. */
  drop(id: string): void {
    this.#rows.delete(id);
  }
  clear(): void {
    this.#rows.clear();
  }
}
