// The guide (docs/guide, docs/glossary.md) for the window, made from Markdown when the window is built: no parser ships, and HTML that
// stands in a page is shown as text. Links within the guide stay in the window; all others become words, for the window shows nothing from
// elsewhere. A link that leads nowhere ends the build.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked, type Token, type Tokens } from "marked";
import type { Plugin } from "vite";
import type { Page } from "./src/features/guide/pages";
import { frenchSpaces } from "./src/lib/messages/spaces.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const glossary = resolve(root, "docs/glossary.md");
const english = resolve(root, "docs/guide");
const french = resolve(english, "fr");

const isFrench = (file: string) => dirname(file) === french;
/** The English page that a page says in another language; an English one is its own. */
const original = (file: string) => (!isFrench(file) ? file : basename(file) === "glossary.md" ? glossary : resolve(english, basename(file)));
const isPage = (file: string) => file === glossary || [english, french].includes(dirname(file));
const shown = (file: string) => relative(root, file).split(sep).join("/");

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
const plain = (html: string) => {
  const text = html.replace(/<\/?(?:a|code|em|span|strong|wbr)\b[^>]*>/g, "").replace(/<[^>]*>/g, " ");
  return Object.entries(SIGNS).reduceRight((all, [sign, name]) => all.replaceAll(name, sign), text).replace(/\s+/g, " ").trim();
};

/** The signs of a printer for those of a keyboard. */
export const typographic = (text: string): string =>
  text.replace(/(?<=[\p{L}\p{N}])'/gu, "’").replace(/(?<=^|[\s(])"/g, "“").replace(/"/g, "”");

/** A page's text with the signs of its language. */
const set = (file: string, text: string): string => (isFrench(file) ? frenchSpaces(text) : typographic(text));

/** The name by which GitHub links to a heading. */
export const slug = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "").replaceAll(" ", "-");

const words = (tokens: readonly Token[]): string => tokens.map((token) => ("tokens" in token && token.tokens ? words(token.tokens) : "text" in token ? token.text : "")).join("");
const lex = (file: string) => new Marked().lexer(readFileSync(file, "utf8"));
const isHeading = (token: Token): token is Tokens.Heading => token.type === "heading";
const slugs = (file: string) => lex(file).filter(isHeading).map((heading) => slug(words(heading.tokens)));

/**
 * Names of a page's headings: those of the English page, so that an address in the window holds in every language. While the two do not
 * have the same headings a page has names of its own; a test says so.
 */
function names(file: string): string[] {
  const [all, own] = [slugs(original(file)), slugs(file)];
  return all.length === own.length ? all : own;
}

/** Where a link leads in the window; `null`: out of it. */
export function address(file: string, href: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return null;
  const [path = "", anchor] = href.split("#");
  const target = path ? resolve(dirname(file), path) : file;
  if (!existsSync(target)) throw new Error(`${shown(file)} links to ${href}, which does not exist`);
  const at = anchor ? slugs(target).indexOf(decodeURIComponent(anchor)) : 0;
  if (at < 0) throw new Error(`${shown(file)} links to ${href}, where no heading is called so`);
  if (!isPage(target)) return null;
  if (isFrench(file) && !isFrench(target)) throw new Error(`${shown(file)} links to ${href}, which is in English`);
  // The window shows the officer's language and needs no link to another.
  if (isFrench(target) !== isFrench(file)) return null;
  return ["#/guide", basename(target, ".md"), anchor && names(target)[at]].filter(Boolean).join("/");
}

/** Stands where the address of a picture comes, which is known when all files have their names. */
const PLACE = "\u0000";

/** A page, with the places of its pictures left open. */
export function read(file: string, source: string): { page: Page; pictures: string[] } {
  const pictures: string[] = [];
  const ids = names(file);
  let at = 0;
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escaped(text),
      heading({ tokens, depth }) {
        // The window's own title is the first heading.
        return `<h${depth + 1} id="guide-${ids[at++]}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth + 1}>\n`;
      },
      // A long name may be broken where its parts meet.
      codespan: ({ text }) => `<code>${escaped(text).replace(/(?<=[a-z])[._/](?=[a-z])/gi, "$&<wbr>")}</code>`,
      link({ href, tokens }) {
        const [text, to] = [this.parser.parseInline(tokens), address(file, href)];
        if (to) return `<a href="${escaped(to)}">${text}</a>`;
        const where = /^[a-z]+:/i.test(href) ? href : shown(resolve(dirname(file), href.split("#")[0] ?? ""));
        return plain(text) === where || isPage(resolve(root, where)) ? text : `${text} <span class="faint">(${escaped(where)})</span>`;
      },
      image({ href, text }) {
        const picture = resolve(dirname(file), href);
        if (!existsSync(picture)) throw new Error(`${shown(file)} shows ${href}, which does not exist`);
        const size = readFileSync(picture).subarray(16, 24);
        pictures.push(href);
        return `<img src="${PLACE}" alt="${escaped(set(file, text))}" width="${size.readUInt32BE(0)}" height="${size.readUInt32BE(4)}" loading="lazy">`;
      },
    },
  });
  const tokens = marked.lexer(source);
  marked.walkTokens(tokens, (token) => {
    if (token.type === "text" && !("tokens" in token && token.tokens)) token.text = set(file, token.text);
  });
  const headings = tokens.filter(isHeading);
  const parts = headings.map((heading, n) => {
    const [from, to] = [tokens.indexOf(heading), n + 1 < headings.length ? tokens.indexOf(headings[n + 1] as Token) : tokens.length];
    const [title, html] = [tokens.slice(from, from + 1), tokens.slice(from + 1, to)].map((some) => marked.parser(some)) as [string, string];
    return { html: title + html, heading: { id: ids[n] ?? "", level: heading.depth, title: plain(title), text: plain(html) } };
  });
  const html = parts.map((part) => part.html).join("");
  return { page: { id: basename(file, ".md"), title: parts[0]?.heading.title ?? "", headings: parts.map((part) => part.heading), html }, pictures };
}

/** Makes a page of each Markdown file that is imported. */
export function guide(): Plugin {
  return {
    name: "guide",
    enforce: "pre",
    transform: {
      filter: { id: /\.md$/ },
      handler(source, id) {
        const file = resolve(id);
        this.addWatchFile(original(file));
        const { page, pictures } = read(file, source);
        const imports = pictures.map((picture, n) => `import p${n} from ${JSON.stringify(picture.startsWith(".") ? picture : `./${picture}`)};\n`).join("");
        const html = page.html.split(PLACE).map((piece, n) => (n ? `p${n - 1} + ` : "") + JSON.stringify(piece)).join(" + ");
        return { code: `${imports}export default { ...${JSON.stringify({ ...page, html: "" })}, html: ${html} };\n`, map: null, moduleType: "js" };
      },
    },
  };
}
