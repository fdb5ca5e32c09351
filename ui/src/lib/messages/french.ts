// French with its typography. The type is that of English: a key that one of them lacks does not compile.
import { fr } from "./fr";
import type { Messages } from "./index";
import { frenchSpaces } from "./spaces";

function spaced<T>(words: T): T {
  if (typeof words === "string") return frenchSpaces(words) as T;
  if (typeof words === "function") return ((...args: unknown[]) => frenchSpaces(String(words(...args)))) as T;
  if (Array.isArray(words)) return words.map(spaced) as T;
  return Object.fromEntries(Object.entries(words as object).map(([key, value]) => [key, spaced(value)])) as T;
}

export const french: Messages = spaced(fr);
