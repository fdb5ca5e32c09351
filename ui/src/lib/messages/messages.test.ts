import { describe, expect, it } from "vitest";
import { messages } from "./all";
import { frenchSpaces } from "./spaces";

/** Every text of a language with its path; functions are called with something for each argument. */
function texts(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") return [[here, value]];
    if (typeof value === "function") return [[here, String(value(...Array.from({ length: value.length || 3 }, () => 3)))]];
    return texts(value as object, here);
  });
}

describe("the words", () => {
  const english = texts(messages.en);
  const french = texts(messages.fr);

  it("are the same set in both languages, and none is empty", () => {
    expect(french.map(([path]) => path).sort()).toEqual(english.map(([path]) => path).sort());
    expect([...english, ...french].filter(([, text]) => !text.trim())).toEqual([]);
  });
  it("are really translated", () => {
    const same = english.filter(([path, text]) => /[a-z]{4,} [a-z]{3,}/.test(text) && french.find(([p]) => p === path)?.[1] === text);
    expect(same).toEqual([]);
  });
  it("use typographic apostrophes and quotation marks, no exclamation marks", () => {
    expect([...english, ...french].filter(([, text]) => /['"!]/.test(text)).map(([path, text]) => `${path}: ${text}`)).toEqual([]);
  });
  it("never say what the style forbids", () => {
    expect(english.filter(([, text]) => /\b(please|successfully|simply|oops)\b/i.test(text))).toEqual([]);
  });
  it("have one French word for one idea", () => {
    // The officer, the holder of a key, several profiles issued at once; and no literary past.
    const other = /\bofficiers?\b|\bun (autre |second )?responsable\b|\bporteurs?\b|\blots?\b|\bf(u|û)t\b|\bfurent\b/i;
    expect(french.filter(([, text]) => other.test(text)).map(([path, text]) => `${path}: ${text}`)).toEqual([]);
  });
  it("agree with the number of certificates", () => {
    for (const { life } of [messages.en, messages.fr]) {
      for (const says of [...Object.values(life.first), ...Object.values(life.back), life.transport, life.transportBack, life.breaks.mailToThem, life.breaks.networkAccess, life.breaks.documentsToThem, life.undo.maybeLost, life.undo.reinstate]) expect(says(1)).not.toBe(says(2));
      expect(life.finalAt(1, "")).not.toBe(life.finalAt(2, ""));
    }
    expect(messages.en.life.first.revoke(1)).toBe("The next CRL, made at once, names it; programs that check refuse it for ever.");
    expect(messages.fr.life.first.revoke(2)).toBe("La prochaine CRL, établie aussitôt, les nomme\u202F; les programmes qui vérifient les refusent pour toujours.");
    expect(messages.fr.policies.interview.answered(1)).toBe("1 réponse sur 5");
    expect([1, 2].map(messages.fr.life.leaver.mailboxes)).toEqual(["1 boîte ne compte plus comme validée\u202F: plus rien n’est émis.", "2 boîtes ne comptent plus comme validées\u202F: plus rien n’est émis."]);
  });
  it("have French spaces that do not break", () => {
    expect(french.filter(([, text]) => / [;:!?»]|« /.test(text)).map(([path, text]) => `${path}: ${text}`)).toEqual([]);
    expect(frenchSpaces("Qui ? « Moi » : oui ; 3 jours")).toBe("Qui\u202F? «\u202FMoi\u202F»\u202F: oui\u202F; 3\u00A0jours");
  });
});
