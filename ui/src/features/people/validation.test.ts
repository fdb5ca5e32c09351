import { describe, expect, it } from "vitest";
import type { Mailbox } from "$lib/api";
import { messages } from "$lib/messages/all";
import { mark, standing, told } from "./validation";

const DAY = 86_400_000;
const made = "2026-11-21T10:00:00Z";
const end = new Date("2027-12-24T10:00:00Z").getTime();
const box: Mailbox = { address: "alice@example.edu", validated: true, validatedAt: made, validUntil: "2027-12-24T10:00:00Z", validatedBy: "rosa", method: "in-person", evidence: "staff card 4711" };
const never: Mailbox = { ...box, validated: false, validatedAt: null, validUntil: null, validatedBy: null, method: null, evidence: null };
const plain = (text: string) => text.replaceAll("\u00A0", " ");
const marked = (mailbox: Mailbox, now: number) => plain(mark(mailbox, messages.en, now, "en"));
const said = (mailbox: Mailbox, now: number) => plain(told(mailbox, messages.en, now, "en"));

describe("the validation of a mailbox", () => {
  it("counts to its last second, and a new one is asked for thirty days before", () => {
    expect([end - 30 * DAY, end - 30 * DAY + 1, end, end + 1].map((now) => standing(box, now))).toEqual(["counts", "ending", "ending", "ended"]);
    expect(standing({ ...box, validated: false }, end - 100 * DAY), "the program decides").toBe("ended");
    expect(standing({ ...box, validUntil: null }, end + 10_000 * DAY), "without end").toBe("counts");
    expect(standing(never, end)).toBe("never");
  });
  it("says when, how and by whom it was made, and until when it counts", () => {
    expect([marked(box, end - 100 * DAY), said(box, end - 100 * DAY)]).toEqual(["Validated 21 Nov 2026", "In person: staff card 4711, recorded by rosa, counts until 24 Dec 2027"]);
    expect([marked(box, end - DAY), said(box, end - DAY)]).toEqual(["Validation ends 24 Dec 2027", "Validated 21 Nov 2026, in person: staff card 4711, recorded by rosa"]);
    expect([marked(box, end + DAY), said(box, end + DAY)]).toEqual(["Validation ended 24 Dec 2027", "Validated 21 Nov 2026, in person: staff card 4711, recorded by rosa"]);
    expect([marked(never, end), said(never, end)]).toEqual(["Not validated", ""]);
    expect(said({ ...box, validUntil: null, validatedBy: null, method: "by pigeon" }, end)).toBe("By pigeon: staff card 4711, counts without end");
    expect(plain(mark(box, messages.fr, end + DAY, "fr"))).toBe("La validation a pris fin le 24 décembre 2027");
  });
});
