import { describe, expect, it } from "vitest";
import type { Affected, Breaks } from "$lib/api";
import { messages } from "$lib/messages/all";
import { alike, keyBy, leftWithout, renewable, replaceable, revocable, stopIcon, stops, verbs } from "./verbs";

const one = (status: string, kind = "subscriber") => ({ status, kind, ours: true });

describe("acts on certificates", () => {
  it("fit the status", () => {
    expect(verbs([one("active")])).toEqual(["revoke", "hold", "maybeLost"]);
    expect(verbs([one("held")])).toEqual(["revoke", "reinstate"]);
    expect(verbs([one("revoked")])).toEqual([]);
    expect(verbs([one("superseded")])).toEqual(["revoke"]);
  });
  it("fit all that are chosen, or none of them", () => {
    expect(verbs([one("active"), one("held")])).toEqual(["revoke"]);
    expect(verbs([one("active"), one("revoked")])).toEqual([]);
    expect(verbs([])).toEqual([]);
  });
  it("are not for our own certificates", () => {
    expect(verbs([one("active"), one("active", "authority")])).toEqual([]);
  });
  it("are not for what another CA issued, alone or beside others", () => {
    const theirs = { ...one("active"), ours: false };
    expect([verbs([theirs]), verbs([one("active"), theirs]), renewable([theirs]), renewable([one("active"), theirs]), replaceable(theirs)]).toEqual([[], [], false, false, false]);
  });
  it("revoke of what somebody has all that works or could again, a replaced one too", () => {
    const all = [one("active"), one("held"), one("superseded"), one("revoked"), one("expired"), one("active", "authority"), { ...one("active"), ours: false }];
    expect(revocable(all)).toEqual(all.slice(0, 3));
  });
  it("renew what is valid, replace what is not revoked or held", () => {
    expect([renewable([one("active"), one("active")]), renewable([one("active"), one("held")]), renewable([])]).toEqual([true, false, false]);
    expect(renewable([one("active", "transport")])).toBe(false);
    expect(["active", "superseded", "expired", "held", "revoked"].map((status) => replaceable(one(status)))).toEqual([true, true, true, false, false]);
  });
  it("tell who is left without a use", () => {
    const uses: Record<string, Breaks[]> = { signing: ["signedMail"], authentication: ["networkAccess"], encryption: ["mailToThem"] };
    const of = (name: string, profile: string, before = "active", subscriber = name): Affected => ({ serial: `${subscriber}${profile}`, profile, subscriber, name, device: null, notAfter: "", before, after: "revoked", breaks: uses[profile] ?? [] });
    const breaks = ["noneLeft" as const];
    const affected = [of("Alice", "signing"), of("Bob", "signing"), of("Bob", "authentication"), of("Bob", "transport"), of("Zoë", "signing", "held")];
    expect(leftWithout({ affected, untouched: [of("Alice", "signing")], breaks })).toEqual([{ use: "signedMail", names: ["Bob"] }, { use: "networkAccess", names: ["Bob"] }]);
    expect(leftWithout({ affected: [of("Bob", "signing")], untouched: [of("Bob", "signing", "superseded")], breaks })).toEqual([{ use: "signedMail", names: ["Bob"] }]);
    expect(leftWithout({ affected, untouched: [], breaks: ["signedMail"] })).toEqual([]);
    // Two of one name are two people, and what one of them keeps is of no use to the other.
    const namesakes = [of("Bob", "signing", "active", "1"), of("Bob", "signing", "active", "2"), of("Bob", "signing", "active", "3")];
    expect(leftWithout({ affected: namesakes, untouched: [of("Bob", "signing", "active", "3")], breaks })).toEqual([{ use: "signedMail", names: ["Bob", "Bob"] }]);
    // By what they are good for: another of the same profile that only signs hides nothing, one of another profile that reads is enough.
    const office = (breaks: Breaks[]): Affected => ({ ...of("Office", "functional"), breaks });
    expect(leftWithout({ affected: [office(["signedMail", "mailToThem"])], untouched: [office(["signedMail"])], breaks })).toEqual([{ use: "mailToThem", names: ["Office"] }]);
    expect(leftWithout({ affected: [office(["mailToThem"])], untouched: [of("Office", "encryption")], breaks })).toEqual([]);
    expect(leftWithout({ affected: [office(["mailToThem"])], untouched: [], breaks }, { subscriber: "Office", serves: ["mailToThem"] })).toEqual([]);
  });
  it("tell who made the key", () => {
    expect(keyBy({ madeHere: false, enrollment: "1", ours: true })).toBe("device");
    expect(keyBy({ madeHere: true, enrollment: null, ours: true })).toBe("signet");
    expect(keyBy({ madeHere: false, enrollment: null, ours: true })).toBe("holder");
    expect(keyBy({ madeHere: false, enrollment: null, ours: false })).toBe("unknown");
    expect([messages.en, messages.fr].map((t) => t.certificates.madeBy.unknown)).toEqual(["Not known here", "Inconnu ici"]);
  });
  it("stop what the certificate is good for, whatever its profile is called", () => {
    const functional = (serial: string, breaks: Breaks[]): Affected => ({ serial, profile: "functional", subscriber: "1", name: "Office", device: null, notAfter: "", before: "active", after: "held", breaks });
    const reads = functional("A", ["mailToThem"]);
    expect([stops(reads), stopIcon(reads)]).toEqual([["mailToThem"], "mail-open"]);
    const both = functional("B", ["signedMail", "mailToThem"]);
    expect([stops(both), stopIcon(both)]).toEqual([["signedMail", "mailToThem"], "pen-off"]);
    expect([stops(functional("C", [])), stopIcon(functional("C", []))]).toEqual([[], "file-badge"]);
    expect(stopIcon({ profile: "transport", breaks: [] })).toBe("smartphone");
    const groups = alike([reads, both, functional("D", ["mailToThem"])]);
    expect(groups.map(({ of, all }) => [of.serial, all.map((one) => one.serial)])).toEqual([["A", ["A", "D"]], ["B", ["B"]]]);
    // What stops now is told apart from what stopped when it was put on hold.
    expect(alike([reads, { ...functional("E", ["mailToThem"]), before: "held" }, { ...functional("F", ["mailToThem"]), after: "revoked" }])).toHaveLength(3);
  });
  it("say within which time a revocation is due, in hours or days", () => {
    const said = (hours: number) => [messages.en, messages.fr].map((words) => words.revoke.deadline(hours).replaceAll("\u00A0", " "));
    expect(said(24)).toEqual(["Due within 24 hours once the reason is known (S/MIME baseline 4.9.1.1).", "À faire dans les 24 heures une fois le motif connu (base S/MIME 4.9.1.1)."]);
    for (const [text, days] of said(120).map((text, at) => [text, ["5 days", "5 jours"][at] ?? ""] as const)) expect(text).toContain(days);
  });
});
