import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { counts } from "./counts";

const { en, fr } = messages;
const some = (count: number, status: string, ours = true) => Array.from({ length: count }, () => ({ status, ours }));
const said = (...certificates: ReturnType<typeof some>[]) => [counts(certificates.flat(), en), counts(certificates.flat(), fr)];

describe("the certificates of a person", () => {
  it("are valid where we issued them and they count, and past where they do not", () => {
    expect(said(some(2, "active"), some(1, "superseded"), some(1, "revoked"), some(1, "expired"))).toEqual(["2 valid, 3 past", "2 valides, 3 passés"]);
    expect(said(some(1, "expired"))).toEqual(["0 valid, 1 past", "0 valide, 1 passé"]);
  });
  it("of another CA are not called valid: they have not ended", () => {
    expect(said(some(1, "active"), some(1, "active", false))).toEqual(["1 valid, 1 of another CA not ended, 0 past", "1 valide, 1 d’une autre AC non échu, 0 passé"]);
    expect(said(some(2, "active", false), some(1, "expired", false))).toEqual(["0 valid, 2 of another CA not ended, 1 past", "0 valide, 2 d’une autre AC non échus, 1 passé"]);
  });
  it("on hold are neither", () => {
    expect(said(some(1, "active"), some(2, "held"), some(1, "revoked"))).toEqual(["1 valid, 2 on hold, 1 past", "1 valide, 2 suspendus, 1 passé"]);
  });
});
