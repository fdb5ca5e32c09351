import { describe, expect, it } from "vitest";
import { ahead, asked } from "./ahead";
import { changes } from "./live.svelte";

describe("what is asked for ahead", () => {
  let calls = 0;
  const load = async () => ++calls;

  it("is asked once and given to one taker", async () => {
    const before = calls;
    await ahead(load);
    expect(calls).toBe(before + 1);
    expect(await asked(load)).toBe(before + 1);
    expect(calls).toBe(before + 1);
    expect(await asked(load)).toBe(before + 2);
  });

  it("is asked again where the data has changed since", async () => {
    await ahead(load);
    const before = calls;
    changes.version += 1;
    expect(await asked(load)).toBe(before + 1);
  });

  it("is not asked at all where somebody has the answer", async () => {
    const before = calls;
    await ahead(load, Promise.resolve(-1));
    expect(await asked(load)).toBe(-1);
    expect(calls).toBe(before);
  });

  it("tells its refusal to whoever waits for it alone, and is asked again by the next", async () => {
    let times = 0;
    const refusedOnce = async () => (++times === 1 ? Promise.reject(new Error("refused")) : times);
    const early = ahead(refusedOnce);
    await expect(asked(refusedOnce)).rejects.toThrow("refused");
    await early;
    times = 0;
    await ahead(refusedOnce);
    expect(await asked(refusedOnce)).toBe(2);
  });
});
