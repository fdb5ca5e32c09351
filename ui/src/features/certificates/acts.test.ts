import { beforeEach, describe, expect, it } from "vitest";
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
});
