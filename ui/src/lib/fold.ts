// Letters without accents and case, as the program searches them, so that “wojcik” finds Wójcik and “lukasz” Łukasz.

/** Letters that Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ı: "i", ς: "σ", "’": "'" };
const WHOLE = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(WHOLE, (letter) => LETTERS[letter] ?? letter);

/** Folded, one blank between words and none around them. */
export const fold = (text: string): string => plain(text).trim().split(/\s+/).join(" ");

/** From where to where a part stands in a text, whatever accents and case; `null`: it does not. */
export function foundAt(text: string, part: string): readonly [from: number, to: number] | null {
  const wanted = fold(part);
  if (!wanted) return null;
  let folded = "";
  /** Which letter of the text each folded one comes from. */
  const letters: { from: number; to: number }[] = [];
  let offset = 0;
  for (const letter of text) {
    const its = plain(letter);
    const place = { from: offset, to: offset + letter.length };
    offset = place.to;
    // A mark belongs to the letter before it.
    const last = letters.at(-1);
    if (!its && last) last.to = place.to;
    for (let n = 0; n < its.length; n += 1) letters.push(place);
    folded += its;
  }
  const start = folded.indexOf(wanted);
  const [first, last] = [letters[start], letters[start + wanted.length - 1]];
  return start >= 0 && first && last ? [first.from, last.to] : null;
}
