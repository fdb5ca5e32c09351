import { describe, expect, it } from "vitest";
import type { Breaks, Certificate } from "$lib/api";
import { messages } from "$lib/messages/all";
import { STATUSES } from "./filter";
import { keyStory, may, mayNot, meaning, NAMED, whose } from "./names";

describe("what a certificate may", () => {
  const office = (serves: Breaks[]): Certificate => ({ serial: "A", status: "active", profile: "functional", subject: "CN=Office", san: ["rfc822Name:office@example.edu"], subscriber: "1", notBefore: "", notAfter: "", enrollment: null, kind: "subscriber", readsMail: serves.includes("mailToThem"), serves, madeHere: false, ours: true, revokedAt: null });
  it("is read in it, whatever its profile is called", () => {
    const { plain } = messages.en.certificates;
    const said = (serves: Breaks[]) => [mayNot(office(serves), messages.en), meaning(office(serves), messages.en, "2027")];
    expect(said(["mailToThem"])).toEqual(["sign mail, receive encrypted documents, sign in, sign certificates", plain.encryption("Office", "office@example.edu", "2027")]);
    expect(said(["signedMail"])).toEqual(["receive encrypted mail, receive encrypted documents, sign in, sign certificates", plain.signing("Office", "office@example.edu", "2027")]);
    expect(said(["signedMail", "mailToThem"])).toEqual(["receive encrypted documents, sign in, sign certificates", plain.both("Office", "office@example.edu", "2027")]);
    expect(said(["networkAccess"])).toEqual(["sign mail, receive encrypted mail, receive encrypted documents, sign certificates", plain.authentication("Office", "2027")]);
    expect(said(["documentsToThem"])).toEqual(["sign mail, receive encrypted mail, sign in, sign certificates", plain.document("Office", "2027")]);
    expect(mayNot({ kind: "transport", serves: [] }, messages.fr)).toBe(messages.fr.certificates.mayNotElse);
  });
  it("is what it states, and everything where it states no limits", () => {
    const said = (keyUsage: string[], purposes: string[]) => [messages.en, messages.fr].map((t) => may({ keyUsage, purposes }, t));
    expect(said(["digitalSignature"], ["emailProtection", "clientAuth"])[0]).toBe("sign: mail, signing in (Wi-Fi, VPN, web)");
    expect(said(["contentCommitment", "nonRepudiation"], [])[0]).toBe("commit to content");
    expect(said([], ["serverAuth"])).toEqual(["TLS server", "serveur TLS"]);
    expect(said([], [])).toEqual(["It states no limits", "Il n’indique aucune limite"]);
  });
  it("is not promised of what another CA issued", () => {
    const theirs = { ...office(["signedMail", "mailToThem"]), ours: false };
    const said = [meaning(theirs, messages.en, "2027"), keyStory(theirs, null, messages.en), meaning({ ...theirs, status: "expired" }, messages.en, "2027")];
    expect(said).toEqual(["Another CA issued it, and it ends on 2027; whether it was revoked is not known here.", "Who made its key and who has it is not known here.", messages.en.certificates.plain.expired]);
    expect(meaning(theirs, messages.fr, "2027")).toContain("On ne sait pas ici");
  });
});

describe("what a certificate is", () => {
  it("has a word and a sentence for each status, and none for what no certificate is", () => {
    for (const t of [messages.en, messages.fr]) {
      const { profiles, ends, notEnded, ...stati } = t.certs;
      expect([Object.keys(stati).toSorted(), !!profiles && !!ends && !!notEnded]).toEqual([STATUSES.toSorted(), true]);
      const { plain } = t.certificates;
      const meant = STATUSES.filter((status) => status !== "active").map((status) => meaning({ status, ours: true } as Certificate, t, "2027"));
      expect(meant).toEqual([plain.held, plain.revoked, plain.expired, plain.superseded]);
      expect(Object.keys(plain)).not.toContain("pending");
    }
  });
});

describe("whose certificates are meant", () => {
  it("is said by use, each person once", () => {
    const of = (profile: string, name: string, subscriber = name) => ({ profile, name, subscriber });
    expect(whose([of("signing", "Alice"), of("encryption", "Alice"), of("signing", "Bob"), of("signing", "Alice")])).toEqual([
      { profile: "signing", count: 3, names: ["Alice", "Bob"], further: 0 },
      { profile: "encryption", count: 1, names: ["Alice"], further: 0 },
    ]);
    expect(whose([of("signing", "Bob", "1"), of("signing", "Bob", "2"), of("signing", "Bob", "2")])).toEqual([{ profile: "signing", count: 3, names: ["Bob", "Bob"], further: 0 }]);
    expect(whose([])).toEqual([]);
  });
  it("names a few of ten thousand, and how many there are besides", () => {
    const all = Array.from({ length: 10_000 }, (_, at) => ({ profile: "signing", name: `P${at}`, subscriber: `${at}` }));
    const [said] = whose(all);
    expect([said?.count, said?.names.length, said?.further]).toEqual([10_000, NAMED, 10_000 - NAMED]);
    expect(whose(all.slice(0, NAMED))[0]?.further).toBe(0);
  });
});
