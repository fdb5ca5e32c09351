import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "./all";

const source = readFileSync(new URL("../../../../crates/outbound/src/letter_texts.rs", import.meta.url), "utf8");

/** What the letter of `signetctl` says in a language, by the names of the window. */
function letter(language: "ENGLISH" | "FRENCH"): Record<string, string> {
  const [, from = ""] = source.split(`static ${language}: Texts = Texts {`);
  const [texts = ""] = from.split("\n};");
  const found = [...texts.matchAll(/^ {4}([a-z_]+): "((?:[^"\\]|\\.)*)",$/gm)];
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(found.map(([, name = "", text = ""]) => [camel(name), text.replaceAll("\\u{202f}", "\u202F")]));
}

describe("the printed invitation", () => {
  it.each([
    ["en", "ENGLISH"],
    ["fr", "FRENCH"],
  ] as const)("says in the window what the terminal's letter says (%s)", (locale, language) => {
    const written = letter(language);
    const { paper } = messages[locale].invite;
    expect(Object.keys(paper).length).toBe(23);
    expect(Object.fromEntries(Object.keys(paper).map((name) => [name, written[name]]))).toEqual(paper);
  });
});
