// The pages of the guide, made of docs/guide when the window is built (guide.ts beside vite.config.ts). Read when the guide is first opened.
import type { Locale } from "$lib/messages";

export interface Heading {
  /** The same in every language. */
  id: string;
  /** 1 for the title of the page. */
  level: number;
  title: string;
  /** What stands below it, up to the next heading, without marks. */
  text: string;
}

export interface Page {
  /** The name of its file, such as `8-life`. */
  id: string;
  title: string;
  /** The title first. */
  headings: Heading[];
  html: string;
}

/** What the guide begins with. */
export const FIRST = "README";
const LAST = "glossary";

/** First, by number, last. */
export function ordered(files: Record<string, Page>): Page[] {
  const place = (page: Page) => (page.id === FIRST ? 0 : page.id === LAST ? Infinity : parseInt(page.id));
  return Object.values(files).sort((one, other) => place(one) - place(other));
}

/** All pages in a language. */
export async function read(locale: Locale): Promise<Page[]> {
  return (locale === "fr" ? await import("./french") : await import("./english")).pages;
}
