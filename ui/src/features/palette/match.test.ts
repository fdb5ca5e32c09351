import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { fits, meant, says, withoutVerb } from "./match";

const { en, fr } = messages;
const rows = (...labels: string[]) => labels.map((label) => ({ label }));

describe("what was typed into the palette", () => {
  it("is a verb and a name, or a name", () => {
    expect(withoutVerb("revoke bob builder", en.palette)).toBe("bob builder");
    expect(withoutVerb("rev bob", en.palette)).toBe("bob");
    expect(withoutVerb("revoke", en.palette)).toBe("revoke");
    expect(withoutVerb("bob builder", en.palette)).toBe("bob builder");
    expect(withoutVerb("révoquer bob", fr.palette)).toBe("bob");
    expect(withoutVerb("revoquer bob", fr.palette)).toBe("bob");
  });
  it("is compared without accents, in any order of its words", () => {
    expect(says(en.palette.hold("Mail signing", "Agnieszka Wójcik"), "hold wojcik")).toBe(true);
    expect(says(en.palette.leaves("Łukasz Nowak"), "nowak leaves lukasz")).toBe(true);
    expect(says(en.palette.hold("Mail signing", "Bob Builder"), "hold wojcik")).toBe(false);
    expect(fits(fr.palette.verify, "verifier")).toBe(true);
  });
  it("never offers an invitation to whom another verb was typed", () => {
    const invitations = rows(en.palette.invite("Bob Builder"));
    const others = rows(en.palette.issueTo("Bob Builder"), en.palette.revoke("Mail signing", "Bob Builder"));
    const labels = (text: string) => meant(text, en.palette, { invitations, others }).map((one) => one.label);
    expect(labels("revoke bob")).toEqual(["Revoke Mail signing of Bob Builder"]);
    expect(labels("issue bob")).toEqual(["Issue to Bob Builder"]);
    expect(labels("invite bob")).toEqual(["Invite Bob Builder"]);
    expect(labels("bob")[0]).toBe("Invite Bob Builder");
    expect(meant("revoquer bob", fr.palette, { invitations: rows(fr.palette.invite("Bob Builder")), others: [] })).toEqual([]);
  });
});
