import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { address, read as make, slug, typographic } from "../../../guide";
import { pages as english } from "./english";
import { pages as french } from "./french";
import { FIRST, type Page } from "./pages";
import { PLACES, pageFor } from "./places";
import { NOUNS } from "$lib/router.svelte";

const folder = fileURLToPath(new URL("../../../../docs/guide/", import.meta.url));
const languages = [english, french];
const all = (pattern: RegExp, page: Page) => [...page.html.matchAll(pattern)].map((match) => match[1] ?? match[0]);
/** Headings, paragraphs, items, rows, examples and pictures, as they follow each other. */
const shape = (page: Page) => all(/<(h\d|p|li|tr|pre|img)\b/g, page);
const of = (pages: readonly Page[], id: string) => pages.find((page) => page.id === id);

describe("the guide", () => {
  it("has every page of docs/guide, the beginning first, by number, the glossary last", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
    expect(english.map((page) => page.id)).toEqual([FIRST, ...Array.from({ length: 12 }, (_, n) => expect.stringMatching(new RegExp(`^${n + 1}-`))), "glossary"]);
    expect(english.map((page) => page.id).sort()).toEqual([...files.map((file) => file.replace(".md", "")), "glossary"].sort());
  });
  it("has the same pages in both languages, each with the same headings, rows, items, examples and pictures", () => {
    expect(french.map((page) => page.id)).toEqual(english.map((page) => page.id));
    for (const page of english) {
      const other = of(french, page.id);
      expect(other?.headings.map(({ id, level }) => [id, level]), page.id).toEqual(page.headings.map(({ id, level }) => [id, level]));
      expect(other && shape(other), `${page.id}: what was changed in one language is to be changed in the other`).toEqual(shape(page));
      expect(other && all(/<img src="([^"]*)"/g, other), page.id).toEqual(all(/<img src="([^"]*)"/g, page));
    }
  });
  it("is really translated: no heading and no sentence is the same in both languages", () => {
    const said = (page: Page) => page.headings.flatMap(({ title, text }) => [title, ...text.split(/(?<=[.;:]) /)]).filter((part) => /[a-z]{4,} [a-z]{3,}/i.test(part) && !/signetctl|openssl|crl\.pem|pkiMessage|CRLReason|"name"|S\/MIME/.test(part));
    for (const page of english) {
      const other = new Set(said(of(french, page.id) ?? page));
      expect(said(page).filter((part) => other.has(part)), page.id).toEqual([]);
    }
  });
  it("has headings in order, one title for each page, and no two of a page with one name", () => {
    for (const page of languages.flat()) {
      expect(page.headings.filter((heading) => heading.level === 1), page.id).toHaveLength(1);
      page.headings.reduce((before, { level }) => (expect(level - before, page.id).toBeLessThanOrEqual(1), level), 0);
      expect(new Set(page.headings.map((heading) => heading.id)).size, page.id).toBe(page.headings.length);
    }
  });
  it("leads with every link to a page and a heading that are there, and nowhere else", () => {
    let links = 0;
    for (const pages of languages) {
      for (const page of pages) {
        for (const href of all(/href="([^"]*)"/g, page)) {
          const [, id = "", heading] = /^#\/guide\/([^/]+)(?:\/([^/]+))?$/.exec(href) ?? [];
          expect(of(pages, id)?.headings.some((one) => !heading || one.id === heading), `${page.id}: ${href}`).toBe(true);
          links += 1;
        }
      }
    }
    expect(links, "links are found").toBeGreaterThan(40);
  });
  it("shows pictures that are files of its own, with words for who does not see them", () => {
    const pictures = english.flatMap((page) => all(/<img [^>]*>/g, page));
    expect(pictures.length).toBeGreaterThan(3);
    for (const picture of pictures) expect(picture).toMatch(/^<img src="\/[^":]+\.png" alt="[^"]{8,}" width="1280" height="800" loading="lazy">$/);
  });
  it("shows few pictures: each of them is in the installer", () => {
    const files = new Set(english.flatMap((page) => all(/<img src="([^"]*)"/g, page)));
    const size = [...files].reduce((sum, file) => sum + statSync(`${folder}images/${file.split("/").at(-1) ?? ""}`).size, 0);
    expect(files.size).toBeLessThanOrEqual(5);
    expect(size).toBeLessThanOrEqual(220_000);
  });
  it("holds nothing but plain marks: no script, no style, no address of elsewhere", () => {
    const known = /^<(?:\/?(?:a|code|em|h[2-4]|li|ol|p|pre|span|strong|table|tbody|td|th|thead|tr|ul)|a href="#\/guide\/[\w/-]+"|h[2-4] id="guide-[\w-]+" tabindex="-1"|span class="faint"|ol start="\d+"|wbr|img src="\/[^":]+\.png" alt="[^"]*" width="\d+" height="\d+" loading="lazy")>$/;
    for (const page of languages.flat()) expect(all(/<[^>]*>/g, page).filter((mark) => !known.test(mark)), page.id).toEqual([]);
  });
});

describe("a page made from Markdown", () => {
  const file = `${folder}1-setup.md`;
  it("shows as text what stands in it as HTML", () => {
    const { page } = make(file, "# A <b onclick='x()'>title</b>\n\n<script>alert(1)</script>\n\nand <img src=x onerror=alert(1)> `<i>`\n");
    expect(page.html).not.toMatch(/<(b|script|img|i)\b/);
    expect(page.html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page.headings[0]?.text).toBe("<script>alert(1)</script> and <img src=x onerror=alert(1)> <i>");
  });
  it("says what a picture shows with the signs of its language", () => {
    const { page } = make(`${folder}fr/1-setup.md`, "# T\n\n![Le plan : « tout »](../images/today-light.png)\n");
    expect(page.html).toContain('alt="Le plan\u202F: «\u202Ftout\u202F»"');
    expect(make(file, "# T\n\n![today's register](images/today-light.png)\n").page.html).toContain('alt="today’s register"');
  });
  it("makes words of links that lead out of the guide", () => {
    const { page } = make(file, "# T\n\n[site](https://example.edu/a), [operations](../operations.md#files), [script](javascript:alert(1)), [in French](fr/README.md)\n");
    expect(page.html).not.toContain("<a ");
    expect(page.headings[0]?.text).toBe("site (https://example.edu/a), operations (docs/operations.md), script (javascript:alert(1)), in French");
  });
  it("ends the build for a link or a picture that is not there, and for a French page that leads to an English one", () => {
    expect(address(file, "12-ledger.md#backup")).toBe("#/guide/12-ledger/backup");
    expect(address(`${folder}fr/1-setup.md`, "12-ledger.md#sauvegarde")).toBe("#/guide/12-ledger/backup");
    expect(() => address(file, "13-nothing.md")).toThrow("does not exist");
    expect(() => address(file, "12-ledger.md#nothing")).toThrow("no heading");
    expect(() => address(`${folder}fr/1-setup.md`, "../12-ledger.md")).toThrow("English");
    expect(() => make(file, "# T\n\n![none](images/none.png)\n")).toThrow("does not exist");
  });
  it("names headings as GitHub does, and sets them as a printer does", () => {
    expect(slug('When it says "Row N does not fit the chain"')).toBe("when-it-says-row-n-does-not-fit-the-chain");
    expect(slug("Séquestre : oui ou non ?")).toBe("séquestre--oui-ou-non-");
    expect(slug("Quand la ligne n’est plus là")).toBe("quand-la-ligne-nest-plus-là");
    expect(typographic(`the "root's" key ("Row N"), Signet's`)).toBe("the “root’s” key (“Row N”), Signet’s");
    expect(readFileSync(`${folder}fr/7-status.md`, "utf8")).toContain("« donne-moi");
    expect(of(french, "7-status")?.html).toContain("«\u202Fdonne-moi");
  });
});

describe("the page for a screen", () => {
  it("is there in both languages, and so is its heading", () => {
    for (const [screen, id, heading] of PLACES) {
      for (const pages of languages) expect(of(pages, id)?.headings.some((one) => !heading || one.id === heading), `${screen}: ${id} ${heading ?? ""}`).toBe(true);
    }
  });
  it("is written down for every area but the guide itself and Today, which is about everything", () => {
    expect(NOUNS.filter((noun) => pageFor(`#/${noun}`)[0] === FIRST)).toEqual(["today", "guide"]);
    expect(pageFor("")).toEqual([FIRST]);
  });
  it("is that of the thing on show", () => {
    expect(pageFor("#/policies/production/key-plan")).toEqual(["5-policies", "the-plan-for-decryption-keys"]);
    expect(pageFor("#/policies/production/guide")).toEqual([FIRST]);
    expect(pageFor("#/policies/escrow/decide")).toEqual(["5-policies", "escrow-yes-or-no"]);
    expect(pageFor("#/certificates?ends=2026-11-30..2026-12-07")).toEqual(["9-find"]);
    expect(pageFor("#/certificates/0a1b/full")).toEqual(["8-life"]);
    expect(pageFor("#/enrollments/17/invite")).toEqual(["3-enroll"]);
    expect(pageFor("#/ledger/12")).toEqual(["12-ledger"]);
    expect(pageFor("setup")).toEqual(["1-setup"]);
  });
});
