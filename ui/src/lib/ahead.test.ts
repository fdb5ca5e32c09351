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

  it("tells its refusal to the taker alone", async () => {
    const refused = async () => Promise.reject(new Error("refused"));
    await ahead(refused);
    await expect(asked(refused)).rejects.toThrow("refused");
  });
});
