import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LedgerRow } from "$lib/api";
import { messages } from "$lib/messages/all";
import { actorPage, eventOf, factsOf, line, pretty, record, settingOf, tell, type Speaks } from "./words";

const UNIT = "01988f00-0000-7000-8000-000000000001";
const PERSON = "01988f00-0000-7000-8000-000000000002";
const SERIAL = "0A1B2C3D4E5F60718293A4B5C6D7E8F9";
const GROUPS = "0A1B 2C3D 4E5F 6071 8293 A4B5 C6D7 E8F9";
const en: Speaks = { t: messages.en, locale: "en", departments: [{ id: UNIT, name: "Physics" }] };
const fr: Speaks = { ...en, t: messages.fr, locale: "fr" };
const row = (event: string, subject: string, facts: object, more: Partial<LedgerRow> = {}): LedgerRow => ({ number: 17, at: "2026-03-12T09:41:07Z", actor: "officer", actorName: "rosa", event, subject, details: JSON.stringify(facts), hash: "ab", ...more });
const told = (speaks: Speaks, ...of: Parameters<typeof row>) => line(tell(row(...of), speaks));
const links = (...of: Parameters<typeof row>) => tell(row(...of), en).flatMap((piece) => piece.href ?? []);

describe("a row of the ledger", () => {
  it("says a certificate by its name and its serial, and leads to it", () => {
    const facts = { reason: "keyCompromise", subject: "CN=Åsa Öberg,OU=Physics,O=Northbridge", profile: "signing", kind: "subscriber" };
    expect(told(en, "certificate.revoked", SERIAL, facts)).toBe(`Åsa Öberg, ${GROUPS}, use: Mail signing, reason: key compromise`);
    expect(told(fr, "certificate.revoked", SERIAL, facts)).toBe(`Åsa Öberg, ${GROUPS}, usage\u202F: Signature du courriel, motif\u202F: clé compromise`);
    expect(links("certificate.revoked", SERIAL, facts)).toEqual([`#/certificates/${SERIAL}/full`]);
    expect(links("certificate.abandoned", SERIAL, { why: "the request was refused" })).toEqual([]);
    expect(told(en, "certificate.issued", SERIAL, { profile: "signing", version: 0, pilot: true, key: "5c", key_origin: "holder" })).toBe(`${GROUPS}, use: Mail signing, version: built in, pilot: yes, key made by: Holder`);
    expect(told(en, "certificate.superseded", SERIAL, { by: SERIAL })).toBe(`${GROUPS}, by: ${GROUPS}`);
  });
  it("leads to people, enrollments and batches under words", () => {
    expect(tell(row("subscriber.added", PERSON, { name: "Åsa Öberg", mail: "asa@example.edu", department: UNIT, mixed_scripts: false }), en).map(({ text, href }) => [text, href])).toEqual([["Åsa Öberg", `#/people/${PERSON}`], ["asa@example.edu", undefined]]);
    expect(links("mailbox.validated", "asa@example.edu", { subscriber: PERSON })).toEqual([`#/people/${PERSON}`]);
    expect(told(en, "enrollment.signed_in", PERSON, { by: "code" })).toBe("enrollment, by: code");
    expect(told(fr, "enrollment.invited", PERSON, { mail: "a@b.edu", subscriber: UNIT, via: "letter" })).toBe("a@b.edu, enrôlement, envoyé par\u202F: lettre, de qui\u202F: personne");
    expect(links("batch.started", PERSON, { name: "list.csv", count: 3 })).toEqual([`#/certificates/many/${PERSON}`]);
    expect(links("subscriber.deleted", PERSON, { subject: "CN=Gone" })).toEqual([]);
    expect([actorPage("device", PERSON), actorPage("subscriber", PERSON), actorPage("officer", "rosa")]).toEqual([`#/enrollments/${PERSON}`, `#/people/${PERSON}`, null]);
  });
  it("says settings as Settings does", () => {
    expect(told(en, "setting.changed", "revoke.four_eyes_above", { for: "organization", unit: UNIT, from: "10", to: "5" })).toBe("Certificates that one officer may change alone, from: 10 certificates, to: 5 certificates, for: all departments");
    expect(told(en, "setting.changed", "wifi.ssid", { for: "department", unit: UNIT, from: null, to: "eduroam" })).toBe("Network name (SSID), to: eduroam, for: Physics");
    expect(told(en, "setting.changed", "scep.legacy", { for: "organization", unit: UNIT, from: "yes", to: null })).toBe("Old algorithms, from: yes, to: inherited, for: all departments");
    expect(told(fr, "setting.changed", "removal.password", { for: "department", unit: PERSON, set: true })).toBe("Mot de passe de retrait, fixé\u202F: oui, pour\u202F: ce département");
    expect(told(en, "setting.changed", "crl.root_next_update_days", { for: "organization", unit: UNIT, from: "400", to: null })).toBe("The root’s CRL lasts, from: 400 days, to: inherited, for: all departments");
    expect(told(fr, "setting.changed", "sign_in.code_tries", { for: "department", unit: PERSON, from: null, to: "1" })).toBe("Mauvais codes qui terminent un lien, à\u202F: 1 essai, pour\u202F: ce département");
    const source = (file: string) => readFileSync(new URL(`../../../../crates/ra/src/settings/${file}.rs`, import.meta.url), "utf8");
    const keys = ["definition", "numbers"].flatMap((file) => [...source(file).matchAll(/\b(?:number_)?of_(?:organization|department)\("([a-z_.]+)"/g)].map((found) => found[1] ?? ""));
    expect(keys.length).toBeGreaterThan(45);
    expect(keys.filter((key) => settingOf(key, messages.en) === key)).toEqual([]);
  });
  it("says acts, gates and reasons in words", () => {
    expect(told(en, "act.requested", PERSON, { act: { target: { person: UNIT }, verb: { revoke: { reason: "keyCompromise", invalid_since: null } } }, count: 12, why: "lost" })).toBe("act: Revoke, key compromise, count: 12, why: lost");
    expect(told(en, "act.done", SERIAL, { act: "maybeLost", count: 2, why: "" })).toBe("act: Perhaps lost, count: 2");
    expect(told(en, "act.approved", PERSON, { asked_by: { Officer: "otto" }, count: 12 })).toBe("count: 12, asked by: Officer otto");
    expect(told(en, "gate.overridden", "life-cycle.signing", { department: UNIT, answers: { name: "Maria", reason: "Later" } })).toBe("Life of “Mail signing”, reason: Later, department: Physics, decided by: Maria");
    expect(told(fr, "scep.refused", PERSON, { reason: "the challenge was used before", fail_info: "badRequest" }, { actor: "device" })).toBe("enrôlement, motif\u202F: le défi a déjà servi");
    expect(told(en, "escrow.decided", UNIT, { answers: {}, enabled: false, decided_by: "Maria", reason: "None", advisers: [], recommendation: "no-escrow" })).toBe("Physics, reason: None, escrow on: no, recommended: No escrow, decided by: Maria");
  });
  it("leaves what it does not know to the record, and never shows JSON", () => {
    expect(eventOf("moon.landed", messages.fr)).toBe("moon.landed");
    expect(told(en, "profile.saved", "signing", { for: "department", unit: UNIT, version: 3, from: { days: 730 }, to: { days: 365 } })).toBe("Mail signing, for: Physics, version: 3");
    expect(told(en, "moon.landed", "Tranquility", { crew: ["Neil"], lander: { mass: 15103 } })).toBe("Tranquility");
    expect(told(en, "lesson.added", UNIT, { day: "2026-11-20", learned: "Ask\nfirst" })).toBe("Physics, day: 2026-11-20, learned: Ask first");
    expect([factsOf("null"), factsOf("no"), pretty("{}")]).toEqual([{}, {}, ""]);
    expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(JSON.parse(record(row("a.b", "c", { d: 1 })))).toMatchObject({ number: 17, event: "a.b", details: { d: 1 } });
  });
});
