// Which columns of a list are shown, remembered by the webview on this computer.

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
  /** Those that there are, in the list's order; the usual ones where none of them is known. */
  #known(columns: readonly unknown[]): readonly C[] {
    const known = this.#all.filter((column) => columns.includes(column));
    return known.length ? known : this.#usual;
  }

  get all(): readonly C[] {
    return this.#all;
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
    this.set(this.has(column) ? this.#shown.filter((one) => one !== column) : [...this.#shown, column]);
  }
  reset(): void {
    this.set(this.#usual);
  }
}
