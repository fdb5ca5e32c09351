// French with its typography. The type is that of English: a key that one of them lacks does not compile.
import { fr } from "./fr";
import type { Messages } from "./index";

/** A narrow no-break space before ; : ! ? and inside guillemets. */
export function frenchSpaces(text: string): string {
  return text
    .replace(/ ([;:!?])/g, "\u202F$1")
    .replace(/« /g, "«\u202F")
    .replace(/ »/g, "\u202F»")
    .replace(/(\d) (h|min|s|jours|ans)\b/g, "$1\u00A0$2");
}

function spaced<T>(words: T): T {
  if (typeof words === "string") return frenchSpaces(words) as T;
  if (typeof words === "function") return ((...args: unknown[]) => frenchSpaces(String(words(...args)))) as T;
  if (Array.isArray(words)) return words.map(spaced) as T;
  return Object.fromEntries(Object.entries(words as object).map(([key, value]) => [key, spaced(value)])) as T;
}

export const french: Messages = spaced(fr);
