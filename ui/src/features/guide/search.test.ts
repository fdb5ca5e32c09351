import { describe, expect, it } from "vitest";
import { pages as english } from "./english";
import { pages as french } from "./french";
import { marked, MOST, search, type Hit, type Piece } from "./search";

const line = (pieces: readonly Piece[]) => pieces.map((piece) => (piece.marked ? `[${piece.text}]` : piece.text)).join("");
const where = (hit: Hit | undefined) => hit && `${hit.page.id}/${hit.heading.id}`;

describe("searching the guide", () => {
  it("finds what has accents without them, in any case, and marks it as it is written", () => {
    const [first] = search(french, "REVOQUER");
    expect(where(first)).toBe("8-life/hold-reinstate-revoke");
    expect(line(first?.title ?? [])).toBe("Suspendre, rétablir, [révoquer]");
    expect(search(french, "sequestre").map(where)).toContain("5-policies/escrow-yes-or-no");
    expect(search(french, "enrolement").length).toBeGreaterThan(3);
    expect(where(search(english, "BACKUP")[0])).toBe("12-ledger/the-ledger-and-backup");
  });
  it("wants every word below one heading, in any order", () => {
    const hits = search(english, "phone lost");
    expect(where(hits[0])).toBe("8-life/a-phone-is-lost");
    expect(search(english, "lost phone").map(where)).toEqual(hits.map(where));
    for (const { heading } of hits) expect(`${heading.title} ${heading.text}`.toLowerCase()).toMatch(/(?=.*phone)(?=.*lost)/s);
    expect(search(english, "freeradius xyzzy")).toEqual([]);
  });
  it("finds commands and keys of settings, and every sentence of the guide by its words", () => {
    expect(search(english, "revoke.four_eyes_above").map(where)).toContain("11-settings/second-officer");
    expect(search(english, "move-root-key").map(where)).toContain("7-status/when-the-roots-key-is-in-a-drawer");
    for (const page of [...english, ...french]) {
      const pages = page === english.find((one) => one.id === page.id) ? english : french;
      for (const heading of page.headings.filter((one) => one.text)) {
        expect(search(pages, heading.text.split(" ").slice(0, 12).join(" ")).map(where), heading.title).toContain(`${page.id}/${heading.id}`);
      }
    }
  });
  it("shows the words around the first place, in whole words, and says where something was left out", () => {
    const [hit] = search(english, "FreeRADIUS reads the file when it starts");
    const excerpt = line(hit?.excerpt ?? []);
    expect(excerpt).toMatch(/^… .* …$/);
    expect(excerpt.length).toBeLessThan(320);
    const short = search(english, "version data folder back up").find((one) => where(one) === "11-settings/about");
    expect(line(short?.excerpt ?? [])).toBe("The [version], and the [data] [folder]: what to [back] [up].");
  });
  it("marks every place once, also where words overlap, and loses no letter", () => {
    expect(line(marked("Révoquer, révoqué: revoke", ["revoqu", "voquer"]))).toBe("[Révoquer], [révoqu]é: revoke");
    expect(marked("nothing", ["x"])).toEqual([{ text: "nothing", marked: false }]);
    expect(marked("", ["x"])).toEqual([]);
  });
  it("answers nothing to nothing, and to a letter no more than can be looked through", () => {
    expect(search(english, "   ")).toEqual([]);
    expect(search(english, "e")).toHaveLength(MOST);
  });
  it("is instant: a letter typed is answered before the next one", () => {
    search(french, "certificat");
    const begun = performance.now();
    for (const text of ["c", "ce", "cer", "certificat de la personne"]) search(french, text);
    expect((performance.now() - begun) / 4, "milliseconds for a letter, on a busy machine").toBeLessThan(100);
  });
});
