// Which columns of a list are shown and in which order, remembered by the webview on this computer.

export class Columns<C extends string> {
  #key: string;
  #all: readonly C[];
  #usual: readonly C[];
  #shown = $state.raw<readonly C[]>([]);

  constructor(list: string, all: readonly C[], usual: readonly C[]) {
    this.#key = `signet.columns.${list}`;
    this.#all = all;
    this.#usual = usual;
    this.#shown = this.#kept();
  }

  #kept(): readonly C[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "null");
      return Array.isArray(kept) ? this.#known(kept) : this.#usual;
    } catch {
      return this.#usual;
    }
  }
  /** Those that there are, in their order, each once; the usual ones where none of them is known. */
  #known(columns: readonly unknown[]): readonly C[] {
    const known = columns.filter((column, at): column is C => this.#all.includes(column as C) && columns.indexOf(column) === at);
    return known.length ? known : this.#usual;
  }

  get all(): readonly C[] {
    return this.#all;
  }
  /** All of them: those that are shown in their order, each other one after the one that the list has before it. */
  get ordered(): readonly C[] {
    const order = [...this.#shown];
    for (const [at, column] of this.#all.entries()) {
      if (order.includes(column)) continue;
      const before = this.#all.slice(0, at).findLast((one) => order.includes(one));
      order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, column);
    }
    return order;
  }
  get shown(): readonly C[] {
    return this.#shown;
  }
  has(column: C): boolean {
    return this.#shown.includes(column);
  }
  set(columns: readonly string[]): void {
    this.#shown = this.#known(columns);
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#shown));
    } catch {
      // Not remembered: no more than that.
    }
  }
  toggle(column: C): void {
    const shown = this.ordered.filter((one) => (one === column ? !this.has(one) : this.has(one)));
    this.set(shown);
  }
  /** Moves a shown column by so many places among those that are shown; whether it moved. */
  move(column: C, by: number): boolean {
    const from = this.#shown.indexOf(column);
    const to = Math.min(this.#shown.length - 1, Math.max(0, from + by));
    if (from < 0 || to === from) return false;
    this.set(this.#shown.toSpliced(from, 1).toSpliced(to, 0, column));
    return true;
  }
  /** Puts a shown column where another one stands. */
  put(column: C, there: C): void {
    this.move(column, this.#shown.indexOf(there) - this.#shown.indexOf(column));
  }
  reset(): void {
    this.set(this.#usual);
  }
}
