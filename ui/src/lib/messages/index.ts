// Both languages under one type: a key that one of them lacks does not compile.
import { en } from "./en";
import { fr as french } from "./fr";

/** The shape of English with its words left open. */
type Shape<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : T extends readonly [string, string]
      ? [string, string]
      : T extends string[]
      ? string[]
      : { [K in keyof T]: Shape<T[K]> };

export type Messages = Shape<typeof en>;
export type Locale = "en" | "fr";

/** French typography: a narrow no-break space before ; : ! ? and inside guillemets. */
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

export const messages: Record<Locale, Messages> = { en, fr: spaced(french) };
