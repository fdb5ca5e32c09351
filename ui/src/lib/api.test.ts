import { beforeEach, describe, expect, it, vi } from "vitest";

const invoke = vi.fn();
vi.mock("@tauri-apps/api/core", () => ({ invoke: (...args: unknown[]) => invoke(...args) }));

const { api, ApiError } = await import("./api");
const { presentation, inline, refusal } = await import("./errors");
const { messages } = await import("./messages/all");

describe("the door to the program", () => {
  beforeEach(() => void invoke.mockReset());

  it("answers with the value", async () => {
    invoke.mockResolvedValue([]);
    expect(await api.interfaces()).toEqual([]);
    expect(invoke).toHaveBeenCalledWith("interfaces");
  });
  it("throws a refusal with its code, field and incident", async () => {
    invoke.mockRejectedValue({ code: "validation", message: "Give an address.", field: "mail", incident: null });
    await expect(api.invite("x", "show")).rejects.toMatchObject({ code: "validation", field: "mail", message: "Give an address." });
  });
  it("takes whatever else is thrown for an internal error that shows nothing of it", () => {
    const error = ApiError.from(new TypeError("secret of the stack"));
    expect([error.code, error.message]).toEqual(["internal", ""]);
  });
});

describe("every refusal", () => {
  const codes = Object.keys(presentation) as (keyof typeof presentation)[];

  it.each(codes)("%s says what happened and what to do, in both languages", (code) => {
    for (const t of [messages.en, messages.fr]) {
      const said = refusal(new ApiError({ code, message: "192.0.2.44:8443", field: null, incident: null }), t);
      expect(said.title.length).toBeGreaterThan(5);
      expect(said.next).toMatch(/[.]$/);
      expect(inline(new ApiError({ code, message: "Reason.", field: null, incident: null }), t)).not.toBe("");
    }
  });
  it("names the address that was validated too long ago, until when that counted, and what to do", () => {
    const error = new ApiError({ code: "mailboxValidationEnded", message: "alice@example.edu 2027-12-24T10:00:00Z", field: null, incident: null });
    const plain = (text: string) => text.replace(/[\u00A0\u202F]/g, " ");
    expect(plain(inline(error, messages.en))).toBe("alice@example.edu was validated too long ago: that counted until 24 Dec 2027 (CPS 4.2.1). Record a new validation, then try again.");
    expect(plain(refusal(error, messages.fr).meaning)).toBe("alice@example.edu a été validée il y a trop longtemps : cela comptait jusqu’au 24 décembre 2027 (CPS 4.2.1).");
  });
  it("names the address that nobody validated, and says what to do", () => {
    const error = (message: string) => new ApiError({ code: "mailboxNotValidated", message, field: null, incident: null });
    for (const t of [messages.en, messages.fr]) {
      for (const said of [refusal(error("second@example.edu"), t).meaning, inline(error("second@example.edu"), t)]) expect(said).toContain("second@example.edu");
      expect(inline(error("second@example.edu"), t)).toContain(t.codes.mailboxNotValidated.next);
      expect(refusal(error(""), t).meaning, "an address that is no longer in the register").toMatch(/CPS 4\.2\.1/);
    }
  });
  it("of a request for a key that is made here is no general one", () => {
    for (const t of [messages.en, messages.fr]) {
      const said = refusal(new ApiError({ code: "encryptionByScep", message: "", field: "csr", incident: null }), t);
      expect([said.title, said.meaning, said.next]).not.toContain(t.codes.denied.title);
      expect(said.meaning).toContain("Signet");
      expect(said.next).not.toBe(t.codes.denied.next);
    }
  });
  it("names a closed gate as the walk does", () => {
    const closed = (gate: string) => new ApiError({ code: "validation", message: `Physics is in production and its gate ${gate} is closed: complete or override it first`, field: "gate", incident: null });
    expect(refusal(closed("key-plan"), messages.en)).toEqual({
      title: "A gate is closed",
      meaning: "Physics is in production, and this gate of it is closed: Plan for decryption keys.",
      next: "Complete or override it first, in Policies under “From pilot to production”.",
    });
    expect(inline(closed("life-cycle.signing"), messages.fr)).toBe(`Physics est en production, et ce point n’est pas franchi\u202F: ${messages.fr.policies.lifeCycleOf(messages.fr.certs.profiles.signing)}.`);
  });
});
