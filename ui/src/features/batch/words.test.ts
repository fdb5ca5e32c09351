import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { problem } from "./words";

/** As the program says it. */
const [, ended = ""] = /"(the validation of \{mailbox\} ended at [^"]*)"/.exec(readFileSync(new URL("../../../../crates/ra/src/mailbox/validity.rs", import.meta.url), "utf8")) ?? [];
const reason = ended.replace("{mailbox}", "a@example.edu").replace("{ended}", "2027-12-24T10:00:00Z");
const said = (row: Parameters<typeof problem>[0]) => [messages.en, messages.fr].map((t) => problem(row, t).replaceAll("\u00A0", " "));

describe("what is wrong with a row", () => {
  it("names the day on which a validation ended, in the list and after the batch", () => {
    expect(reason).toContain("2027-12-24T10:00:00Z");
    expect(said({ problem: "mailboxValidationEnded", detail: "", reason })).toEqual([
      "The validation of this address ended on 24 Dec 2027: record a new one.",
      "La validation de cette adresse a pris fin le 24 décembre 2027\u202F: notez-en une nouvelle.",
    ]);
    expect(said({ problem: "mailboxValidationEnded", detail: "", reason: "" })[0]).toBe("The validation of this address ended: record a new one.");
  });
  it("is about what the program names, or is the reason itself", () => {
    expect(said({ problem: "otherName", detail: "Åsa Öberg", reason: "no" })[0]).toBe("This address belongs to Åsa Öberg: correct the name or the address.");
    expect(said({ problem: "twice", detail: "7", reason: "no" })).toEqual([
      "The same person stands in row 7: leave one of the two out.",
      "La même personne figure à la ligne 7\u202F: écartez l’une des deux.",
    ]);
    expect(said({ problem: "validation", detail: "", reason: "the list is empty" })).toEqual(["The list is empty.", "La liste est vide."]);
  });
});
