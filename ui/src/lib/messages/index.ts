// What the words of a language are. English comes with the window; another language is read when it is asked for, because half a
// megabyte of words that nobody reads would only make the window open later.
import { en } from "./en";

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

/** English: what is shown until another language has been read. */
export const english: Messages = en;

/** The words of a language. */
export async function read(locale: Locale): Promise<Messages> {
  return locale === "fr" ? (await import("./french")).french : english;
}
