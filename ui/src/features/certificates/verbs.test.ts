import { describe, expect, it } from "vitest";
import { verbs } from "./verbs";

const one = (status: string, kind = "subscriber") => ({ status, kind });

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
});
