import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "./all";
import { table } from "./fr/reasons";
import { sentence, translator } from "./reasons";

const ra = new URL("../../../../crates/ra/src/", import.meta.url);
const protocol = new URL("../../../../crates/protocol/src/", import.meta.url);
/** A string of Rust, perhaps in `format!`. */
const TEXT = String.raw`(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"`;
/** How the authority says why an entry is refused: `Error::invalid(field, reason)`, or a closure named for it. */
const SAID = [String.raw`\binvalid\(\s*(?:"[^"]*"|[A-Za-z_.:]+),\s*${TEXT}`, String.raw`\b(?:refused|wrong|unavailable|damaged)\(\s*${TEXT}`];
/** How a phone or a SCEP client is refused; shown in the timeline. */
const REFUSED = [String.raw`\b(?:refuse|device|profile|Page)\(${TEXT}`, String.raw`\bof_(?:stranger|known)\([^";{]*${TEXT}`, String.raw`\b(?:return Some|=> Some|then_some|Ok\(Some)\(${TEXT}`, String.raw`"reason": ${TEXT}`];
/** Where that is done. */
const REFUSERS = /^(ota|scep|sign_in|enrollment)\/[a-z0-9_]+\.rs$/;
/** Where whole functions answer with a reason: what people type is read there; what does not work with a person's certificates. */
const READERS = /^(settings\/definition|host|csv|publication|life\/self_test)\.rs$/;
/** The faults of a certificate; what is wrong with a key. */
const FAULTS = String.raw`\bunless\([^"]*${TEXT},?\s*\)`;
const WEAK = String.raw`\b(?:weak|Error::Algorithm)\(${TEXT}`;
const SAID_BY_READERS = String.raw`(?:Err\(|\|\| |\|_\| |\|e\| |Tick::Failed\(|neither\()${TEXT}`;

/** Every reason of the authority that can reach the window, `{}` for what varies. */
function reasons(): string[] {
  const files = readdirSync(ra, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs") && !/(^|\/)(tests|testing)(\/|\.rs)/.test(file));
  const found = files.flatMap((file) => {
    const source = readFileSync(new URL(file, ra), "utf8").split("#[cfg(test)]\nmod tests {")[0] ?? "";
    const patterns = [...SAID, ...(READERS.test(file) ? [SAID_BY_READERS] : []), ...(REFUSERS.test(file) ? REFUSED : []), ...(file === "find/detail.rs" ? [FAULTS] : [])];
    return patterns.flatMap((pattern) => [...source.matchAll(new RegExp(pattern, "g"))].map((match) => match[1] ?? ""));
  });
  const weak = ["key.rs", "key/weakness.rs"].flatMap((file) => [...readFileSync(new URL(file, protocol), "utf8").matchAll(new RegExp(WEAK, "g"))].map((match) => match[1] ?? ""));
  found.push(...weak);
  return [...new Set(found.map((text) => text.replaceAll(/\{[^}]*\}/g, "{}").replaceAll('\\"', '"')))].filter((text) => / /.test(text) && text !== "{}: {}");
}

describe("why an entry is refused", () => {
  const french = (text: string) => messages.fr.codes.validation.meaning(text);
  const unknown = french("something nobody translated");

  it("is said in French for everything that the authority can say", () => {
    const all = reasons();
    expect(all.length, "the sources are read").toBeGreaterThan(160);
    expect(all).toEqual(expect.arrayContaining(["keyUsage is missing (4.2.1.3)", "it outlives its issuer", "RSA key whose modulus has a small factor"]));
    expect(all.filter((text) => french(text) === unknown), "add these to fr/reasons.ts").toEqual([]);
  });
  it("keeps what varies, at any depth", () => {
    expect(french("an address looks like name@example.edu.")).toBe("Une adresse s’écrit nom@example.edu.");
    expect(french("a whole number from 1 to 720")).toBe("Un nombre entier de 1 à 720.");
    expect(french("the validation of a@example.edu ended at 2027-12-24T10:00:00Z; record a new validation")).toBe(
      "La validation de a@example.edu a pris fin le 2027-12-24T10:00:00Z\u202F; notez une nouvelle validation.",
    );
    expect(french("0A1B2C: its key was compromised; replace it by one with a new key")).toBe("0A1B2C\u202F: sa clé est compromise\u202F; remplacez-le par un autre avec une nouvelle clé.");
    expect(french('"a b" is no host name, such as pki.example.edu')).toBe("«\u202Fa b\u202F» n’est pas un nom d’hôte, comme pki.example.edu.");
    expect(messages.fr.codes.keyring.meaning("keyring.json is damaged: it holds no key")).toContain("(keyring.json est abîmé\u202F: il ne contient pas de clé)");
  });
  it("is translated once", () => {
    const keys = table.map(([english]) => english.replaceAll("’", "'"));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });
  it("never shows English in the French window", () => {
    expect(unknown).toBe("Cette valeur n’est pas acceptée.");
  });
  it("is a sentence in English, too", () => {
    expect(messages.en.codes.validation.meaning("the part before the @ is not a plain mailbox name")).toBe("The part before the @ is not a plain mailbox name.");
    expect(sentence("this is Signet's own ra certificate")).toBe("This is Signet’s own ra certificate.");
    expect(messages.en.codes.validation.meaning("")).toMatch(/^An entry/);
  });
  it("of a certificate's form is said in both languages, and names of a standard keep their letters", () => {
    expect(messages.en.certificates.fault("keyUsage is missing (4.2.1.3)")).toBe("keyUsage is missing (4.2.1.3).");
    expect(messages.en.certificates.fault("the signature does not fit the issuer's key (6.1.3)")).toBe("The signature does not fit the issuer’s key (6.1.3).");
    expect(messages.fr.certificates.fault("authorityKeyIdentifier is missing (4.2.1.1)")).toBe("authorityKeyIdentifier manque (4.2.1.1).");
    expect(messages.fr.certificates.fault("algorithm not accepted: RSA key of 1024 bits, at least 2048 are needed")).toBe(
      "Cet algorithme n’est pas admis\u202F: clé RSA de 1024 bits, il en faut au moins 2048.",
    );
  });
  it("takes the entry with the most fixed words", () => {
    const translate = translator([["{} is {}", "A {} {}"], ["x is {} and bad", "B {}"]]);
    expect([translate("x is y and bad"), translate("q is z"), translate("q")]).toEqual(["B y", "A q z", null]);
  });
});
