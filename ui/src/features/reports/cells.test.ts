import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { cell, fields, filterOf, isLate, isNumber, REPORTS, told, wide } from "./cells";

describe("a report on the screen", () => {
  const t = messages.en;
  it("is narrowed by what belongs to it and by nothing else", () => {
    const narrowed = { since: "2026-01-01", until: "2026-01-31", days: "60", profile: "signing", department: "7" };
    expect(filterOf("expiring", narrowed)).toEqual({ since: null, until: null, days: 60, profile: "signing", department: "7" });
    expect(filterOf("actions", narrowed)).toEqual({ since: "2026-01-01T00:00:00.000Z", until: "2026-02-01T00:00:00.000Z", days: null, profile: null, department: null });
    expect(filterOf("coverage", narrowed)).toEqual({ since: null, until: null, days: null, profile: null, department: "7" });
    expect(filterOf("expiring", { ...wide, days: "no" }).days).toBeNull();
    expect(filterOf("actions", { ...wide, since: "yesterday" }).since).toBeNull();
  });
  it("says its filter in words", () => {
    expect(told("expiring", { ...wide, days: "60", profile: "signing" }, t, "en")).toBe("60 days ahead, Mail signing");
    expect(told("actions", { ...wide, until: "2026-01-31" }, t, "en").replaceAll("\u00A0", " ")).toBe("until 31 Jan 2026");
    expect(told("coverage", wide, t, "en")).toBe("none");
    expect(told("coverage", { ...wide, department: "7" }, t, "en", [{ id: "7", name: "Optics" }])).toBe("Optics");
  });
  it("speaks the officer’s language and leaves what it does not know", () => {
    expect(cell("profile", "encryption", messages.fr, "fr")).toBe(messages.fr.certs.profiles.encryption);
    expect(cell("validated", "yes", messages.fr, "fr")).toBe("oui");
    expect(cell("actor", "officer rosa", t, "en")).toBe("rosa, officer");
    expect(cell("median_seconds", "76", t, "en").replaceAll("\u00A0", " ")).toBe("1 min 16 s");
    expect(cell("reason", "keyCompromise", t, "en")).toBe("key compromise");
    expect(cell("median_seconds", "300000", messages.fr, "fr").replaceAll("\u00A0", " ")).toBe("3 j");
    expect([cell("method", "in-person", t, "en"), cell("method", "in-person", messages.fr, "fr"), cell("method", "by pigeon", t, "en")]).toEqual(["in person", "en personne", "by pigeon"]);
    expect([cell("event", "certificate.issued", t, "en"), cell("event", "certificate.issued", messages.fr, "fr"), cell("event", "moon.landed", t, "en")]).toEqual(["Certificate issued", "Certificat émis", "moon.landed"]);
    expect(cell("status", "held", t, "en")).toBe("On hold");
    expect(cell("kind", "subscriber", t, "en")).toBe("person");
    expect([cell("state", "replaced", t, "en"), cell("state", "ended", messages.fr, "fr"), cell("state", "invited", t, "en")]).toEqual(["replaced by a newer one", "finie", t.states.invited]);
    expect([cell("state", "withdrawn", t, "en"), cell("state", "reserved", messages.fr, "fr"), cell("state", "current", t, "en"), cell("state", "earlier", t, "en")]).toEqual(["withdrawn: the person left", messages.fr.reports.values.reserved, "in use", "of before a move"]);
    expect(cell("rules", "as-compared", t, "en")).toBe("lower case, as names are compared");
    expect([cell("rules", "signet-1", t, "en"), cell("rules", "before-versions", t, "en")]).toEqual(["signet-1", "before versions were kept"]);
    expect(cell("valid_until", "2027-12-24T10:00:00Z", t, "en").replaceAll("\u00A0", " ")).toBe("24 Dec 2027");
    expect(cell("evidence", "Staff card", t, "en")).toBe("Staff card");
    expect(cell("names", "rfc822Name:a@example.edu rfc822Name:b@example.edu", t, "en")).toBe("a@example.edu b@example.edu");
    expect(cell("name", null, t, "en")).toBe("");
    expect([isNumber("count"), isNumber("name"), isNumber("deadline_seconds")]).toEqual([true, false, true]);
    expect([cell("deadline_seconds", "86400", t, "en"), cell("deadline_seconds", "432000", messages.fr, "fr")].map((text) => text.replaceAll("\u00A0", " "))).toEqual(["1 d", "5 j"]);
  });
  it("marks what was revoked after its time, and nothing where no time is known", () => {
    expect([isLate("late", "2"), isLate("late", "0"), isLate("late", null), isLate("count", "2")]).toEqual([true, false, false, false]);
  });
  it("has words for each of them in both languages", () => {
    for (const name of REPORTS) for (const locale of [messages.en, messages.fr]) expect([locale.reports.names[name], locale.reports.what[name], fields(name)].every(Boolean)).toBe(true);
  });
});
