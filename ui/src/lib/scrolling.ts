// Where rows stand in a list that may be longer than a webview can be high. Pure, so that tests can hold it.

/** Highest sheet, CSS px: twice it (200 % text) is still below what webviews can lay out. */
export const HIGHEST = 16_000_000;
/** Rows drawn beyond each edge. */
const BEYOND = 8;

export interface Geometry {
  /** Rows. */
  count: number;
  /** Height of one. */
  row: number;
  /** Height of what is seen of them. */
  view: number;
  /** As far as it is scrolled. */
  top: number;
}

/** Height of the sheet. */
export const sheet = (count: number, row: number): number => Math.min(count * row, HIGHEST);

/** Rows scrolled by for each px: 1 unless the list is longer than the sheet. */
function ratio({ count, row, view }: Geometry): number {
  const real = count * row - view;
  const drawn = sheet(count, row) - view;
  return drawn > 0 && real > drawn ? real / drawn : 1;
}

export interface Drawn {
  /** First row drawn, and the one after the last. */
  from: number;
  to: number;
  /** Empty space above and below. */
  above: number;
  below: number;
}

/** What is drawn. */
export function drawn(g: Geometry): Drawn {
  if (g.row <= 0 || g.count === 0) return { from: 0, to: 0, above: 0, below: 0 };
  const top = Math.min(Math.max(0, g.top * ratio(g)), Math.max(0, g.count * g.row - g.view));
  const from = Math.max(0, Math.floor(top / g.row) - BEYOND);
  const to = Math.min(g.count, Math.ceil((top + g.view) / g.row) + BEYOND);
  const above = Math.max(0, g.top - (top - from * g.row));
  return { from, to, above, below: Math.max(0, sheet(g.count, g.row) - above - (to - from) * g.row) };
}

/** Rows that are seen whole. */
export function seen(g: Geometry): { first: number; last: number } {
  const top = Math.max(0, g.top * ratio(g));
  const first = Math.min(Math.max(0, g.count - 1), Math.ceil(top / g.row - 0.01));
  return { first, last: Math.max(first, Math.floor((top + g.view) / g.row + 0.01) - 1) };
}

/** Where to scroll so that a row is seen; `null`: it is. */
export function reveal(g: Geometry, index: number): number | null {
  const scale = ratio(g);
  const top = g.top * scale;
  if (index * g.row < top - 0.5) return (index * g.row) / scale;
  if ((index + 1) * g.row > top + g.view + 0.5) return ((index + 1) * g.row - g.view) / scale;
  return null;
}

/** The row that a key goes to; `null`: it is no such key. */
export function step(key: string, at: number, count: number, page: number): number | null {
  const last = count - 1;
  const by: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page };
  if (key === "Home") return 0;
  if (key === "End") return last;
  const move = by[key];
  if (move === undefined || count === 0) return null;
  if (at < 0) return move > 0 ? 0 : last;
  return Math.min(last, Math.max(0, at + move));
}
