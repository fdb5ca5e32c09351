// Searching the guide: every word that was typed stands below one heading, whatever accents and case.
import { fold, foundAt } from "$lib/fold";
import type { Heading, Page } from "./pages";

/** A piece of a text; what was searched is marked. */
export interface Piece {
  text: string;
  marked: boolean;
}
export interface Hit {
  page: Page;
  heading: Heading;
  title: Piece[];
  excerpt: Piece[];
}

/** Most hits that are shown; who gets more types another word. */
export const MOST = 30;
/** Letters before and after the first word found. */
const [BEFORE, AFTER] = [50, 130];

interface Folded {
  title: string;
  /** The words of the title. */
  names: readonly string[];
  text: string;
}
/** Folding takes long enough to be done once. */
const folded = new WeakMap<Heading, Folded>();
function foldedOf(heading: Heading): Folded {
  const known = folded.get(heading);
  if (known) return known;
  const title = fold(heading.title);
  const made = { title, names: title.split(/[^\p{L}\p{N}]+/u), text: fold(heading.text) };
  folded.set(heading, made);
  return made;
}

/** The text in pieces, each place where a word stands marked. */
export function marked(text: string, words: readonly string[]): Piece[] {
  const places: [from: number, to: number][] = [];
  for (const word of words) {
    for (let at = 0, found = foundAt(text, word); found; found = foundAt(text.slice(at), word)) {
      places.push([at + found[0], at + found[1]]);
      at += Math.max(found[1], 1);
    }
  }
  places.sort(([one], [other]) => one - other);
  const pieces: Piece[] = [];
  let end = 0;
  for (const [from, to] of places) {
    const last = pieces.at(-1);
    if (from > end || !last) {
      if (from > end) pieces.push({ text: text.slice(end, from), marked: false });
      pieces.push({ text: text.slice(from, to), marked: true });
    } else last.text += text.slice(end, Math.max(to, end));
    end = Math.max(end, to);
  }
  if (end < text.length) pieces.push({ text: text.slice(end), marked: false });
  return pieces;
}

/** The part of a text around the first place of any of the words, in whole words. */
function around({ text }: Heading, { text: plain }: Folded, words: readonly string[]): string {
  // Folded, a letter may be two: where a word stands is a few letters off, which does no harm.
  const places = words.map((word) => plain.indexOf(word)).filter((place) => place >= 0);
  const at = places.length ? Math.min(...places) : 0;
  const from = at > BEFORE ? text.indexOf(" ", at - BEFORE) + 1 : 0;
  const to = at + AFTER < text.length ? text.lastIndexOf(" ", at + AFTER) : text.length;
  const part = text.slice(from, to > from ? to : text.length);
  return `${from ? "… " : ""}${part}${to < text.length ? " …" : ""}`;
}

/** Where the words stand: first where a heading has most of them, in the order of the guide. */
export function search(pages: readonly Page[], text: string): Hit[] {
  const words = fold(text).split(" ").filter(Boolean);
  if (!words.length) return [];
  const found = pages.flatMap((page) =>
    page.headings.flatMap((heading) => {
      const { title, names, text } = foldedOf(heading);
      const named = words.filter((word) => names.some((name) => name.startsWith(word))).length;
      return words.every((word) => title.includes(word) || text.includes(word)) ? [{ page, heading, named }] : [];
    }),
  );
  const best = found.sort((one, other) => other.named - one.named).slice(0, MOST);
  return best.map(({ page, heading }) => ({ page, heading, title: marked(heading.title, words), excerpt: marked(around(heading, foldedOf(heading), words), words) }));
}
