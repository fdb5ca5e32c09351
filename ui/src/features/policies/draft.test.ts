import type { ProfileDraft, ProfileFinding } from "$lib/api";
import { messages } from "$lib/messages/all";
import { describe, expect, it } from "vitest";
import { about, changes, count, further, PURPOSES, reads, same, saidOf, toggled, toMend, USES, withFurther } from "./draft";
import { drafts } from "./drafts.svelte";

const draft: ProfileDraft = {
  offered: true,
  key: "rsa2048",
  usage: ["digitalSignature"],
  purposes: ["1.3.6.1.5.5.7.3.4"],
  days: 730,
  renewalDays: 30,
  policies: [],
  withAddress: true,
  everyAddress: false,
  approval: "automatic",
  escrow: "never",
  exception: null,
  crlAddress: true,
};
const t = messages.en;

describe("what changes", () => {
  it("names each field that differs with what it says and what it will say, in the order of the editor", () => {
    const next: ProfileDraft = { ...draft, days: 365, key: "rsa3072", policies: [{ oid: "1.2.3", cps: "https://x.example" }], exception: { name: "The dean", reason: "One key" } };
    expect(changes(draft, next, t)).toEqual([
      { field: "key", was: "RSA 2048", becomes: "RSA 3072" },
      { field: "days", was: "730 days", becomes: "365 days" },
      { field: "policies", was: "none", becomes: "1.2.3 https://x.example" },
      { field: "exception", was: "none", becomes: "The dean: One key" },
    ]);
    expect(changes(draft, { ...draft }, t)).toEqual([]);
  });
  it("reads every field in both languages", () => {
    for (const words of [messages.en, messages.fr]) {
      expect(reads("purposes", { ...draft, purposes: [...PURPOSES, "1.2.3"] }, words).split(", ")).toHaveLength(5);
      expect(reads("offered", draft, words)).toBe(words.common.yes);
      expect(reads("escrow", { ...draft, escrow: "byPolicy" }, words)).toBe(words.policies.editor.byPolicy);
    }
  });
  it("is nothing where two drafts say the same", () => {
    expect(same(draft, structuredClone(draft))).toBe(true);
    expect(same(draft, { ...draft, escrow: "byPolicy" })).toBe(false);
  });
});

describe("a profile", () => {
  it("is to be mended where a rule refuses it, and not for advice or where nobody gets it", () => {
    const finding = (level: "error" | "advice"): ProfileFinding => ({ level, remark: "daysRange", field: "days", rule: "RFC 5280" });
    expect([toMend({ definition: draft, findings: [finding("advice"), finding("error")] }), toMend({ definition: draft, findings: [finding("advice")] })]).toEqual([true, false]);
    expect(toMend({ definition: { ...draft, offered: false }, findings: [finding("error")] })).toBe(false);
  });
});

describe("lists", () => {
  it("keep the screen's order whatever the order of the clicks, so that the same choice is the same version", () => {
    const one = toggled(toggled<string>([], "keyEncipherment", true, USES), "digitalSignature", true, USES);
    expect(one).toEqual(["digitalSignature", "keyEncipherment"]);
    expect(toggled(one, "digitalSignature", false, USES)).toEqual(["keyEncipherment"]);
  });
  it("keep purposes without a name behind those with one", () => {
    const all = withFurther(["1.3.6.1.5.5.7.3.4", "1.2.3"], " 1.2.4, 1.2.5 ");
    expect(all).toEqual(["1.3.6.1.5.5.7.3.4", "1.2.4", "1.2.5"]);
    expect(further(all)).toBe("1.2.4 1.2.5");
    expect(toggled(all, "1.3.6.1.5.5.7.3.2", true, PURPOSES)).toEqual(["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2", "1.2.4", "1.2.5"]);
  });
});

describe("numbers", () => {
  it("that are none are left to the review to refuse", () => {
    expect(["730", " 90 ", "", "-1", "1.5", "ten", "99999999999"].map(count)).toEqual([730, 90, 0, 0, 0, 0, 0]);
  });
  it("can be imagined", () => {
    expect([730, 548, 365, 60, 30].map((days) => about(days, "en"))).toEqual(["2 years", "1.5 years", "12 months", "2 months", "30 days"]);
    expect(about(730, "fr")).toBe("2 ans");
  });
});

it("findings stand at their field", () => {
  const findings = [
    { level: "error", remark: "daysRange", field: "days", rule: "RFC 5280" },
    { level: "advice", remark: "noPolicy", field: "policies", rule: "RFC 5280 4.2.1.4" },
  ] as const;
  expect(saidOf(findings, "days").map((one) => one.remark)).toEqual(["daysRange"]);
  expect(saidOf(findings, "key")).toEqual([]);
});

describe("an unsaved draft", () => {
  it("stays, with the version that it was begun from, until it says what counts already", () => {
    const changed = { ...draft, days: 365 };
    drafts.keep("signing", 4, draft, changed);
    drafts.keep("signing", 5, draft, { ...changed, days: 366 });
    expect(drafts.of("signing")).toEqual({ from: 4, draft: { ...changed, days: 366 } });
    expect(drafts.of("encryption")).toBeNull();
    drafts.keep("signing", 5, draft, draft);
    expect(drafts.of("signing")).toBeNull();
  });
});
