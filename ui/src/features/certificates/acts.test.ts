import { beforeEach, describe, expect, it } from "vitest";
import type { Certificate, Device, Subscriber } from "$lib/api";
import { acts } from "./acts.svelte";

describe("the dialog of an act", () => {
  beforeEach(() => acts.close());

  it("stays while what it asks is carried out, so that what is shown once is seen", async () => {
    acts.issue(null);
    let answer: (password: string) => void = () => {};
    const came = acts.carry(() => new Promise<string>((done) => (answer = done)));
    expect(acts.busy).toBe(true);
    // Escape, a click beside it, Cancel; and another act.
    acts.close();
    acts.renew([]);
    expect(acts.open?.kind).toBe("issue");
    answer("shown once");
    expect(await came).toBe("shown once");
    expect([acts.busy, acts.open?.kind]).toEqual([false, "issue"]);
    acts.close();
    expect(acts.open).toBeNull();
  });

  it("can be closed again once it was refused, and says why", async () => {
    acts.renew([]);
    await expect(acts.carry(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(acts.busy).toBe(false);
    acts.close();
    expect(acts.open).toBeNull();
  });

  it("is about all of a phone that was found again, not only about the certificates that its owner’s page shows", () => {
    const one = { serial: "A", status: "held" } as Certificate;
    acts.foundAgain({ id: "7" } as Device, [one]);
    expect(acts.open).toEqual({ kind: "act", asked: { verb: "reinstate", target: { device: "7" }, certificates: [one] } });
  });

  it("is opened by the key for what its buttons offer to revoke alone", () => {
    const one = (more: Partial<Certificate>): Certificate => ({ serial: "A", status: "active", profile: "signing", subject: "CN=Alice", san: [], subscriber: "1", notBefore: "", notAfter: "", enrollment: null, kind: "subscriber", readsMail: false, serves: [], madeHere: false, ours: true, revokedAt: null, ...more });
    for (const [certificate, opened] of [[one({ ours: false }), false], [one({ status: "revoked" }), false], [one({}), true]] as const) {
      const left = acts.about(() => ({ certificates: [certificate], person: null }));
      acts.revokeByKey();
      expect(acts.open !== null).toBe(opened);
      acts.close();
      left();
    }
    const alice = { id: "1", name: "Alice" } as Subscriber;
    for (const [has, opened] of [[[], false], [[one({ ours: false }), one({ status: "revoked" })], false], [[one({ ours: false }), one({ status: "superseded" })], true]] as const) {
      const left = acts.about(() => ({ certificates: [], person: { person: alice, has } }));
      acts.revokeByKey();
      expect(acts.open?.kind === "act" && acts.open.asked.target).toEqual(opened && { person: "1" });
      acts.close();
      acts.issueByKey();
      expect(acts.open).toMatchObject({ kind: "issue", person: alice });
      acts.close();
      left();
    }
  });
});
