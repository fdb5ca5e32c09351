import { describe, expect, it } from "vitest";
import type { Breaks, Certificate } from "$lib/api";
import { messages } from "$lib/messages/all";
import { mayNot, meaning, NAMED, whose } from "./names";

describe("what a certificate may", () => {
  const office = (serves: Breaks[]): Certificate => ({ serial: "A", status: "active", profile: "functional", subject: "CN=Office", san: ["rfc822Name:office@example.edu"], subscriber: "1", notBefore: "", notAfter: "", enrollment: null, kind: "subscriber", readsMail: serves.includes("mailToThem"), serves, madeHere: false, ours: true, revokedAt: null });
  it("is read in it, whatever its profile is called", () => {
    const { plain } = messages.en.certificates;
    const said = (serves: Breaks[]) => [mayNot(office(serves), messages.en), meaning(office(serves), messages.en, "2027")];
    expect(said(["mailToThem"])).toEqual(["sign mail, sign in, sign certificates", plain.encryption("Office", "office@example.edu", "2027")]);
    expect(said(["signedMail"])).toEqual(["receive encrypted mail, sign in, sign certificates", plain.signing("Office", "office@example.edu", "2027")]);
    expect(said(["signedMail", "mailToThem"])).toEqual(["sign in, sign certificates", plain.both("Office", "office@example.edu", "2027")]);
    expect(said(["networkAccess"])).toEqual(["sign mail, receive encrypted mail, sign certificates", plain.authentication("Office", "2027")]);
    expect(mayNot({ kind: "transport", serves: [] }, messages.fr)).toBe(messages.fr.certificates.mayNotElse);
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
