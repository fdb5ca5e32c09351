import { describe, expect, it, vi } from "vitest";
import { onceFor } from "./once";

describe("what costs much to find", () => {
  it("is asked for again only when what it is asked for changes", async () => {
    const ask = vi.fn(async (key: string) => `until ${key}`);
    const until = onceFor(ask);
    expect([await until("b"), await until("b"), await until("c"), await until("b")]).toEqual(["until b", "until b", "until c", "until b"]);
    expect(ask.mock.calls).toEqual([["b"], ["c"], ["b"]]);
  });
  it("is asked for by one request while the answer is on its way", async () => {
    const ask = vi.fn(async () => "found");
    const until = onceFor(ask);
    expect(await Promise.all([until("b"), until("b")])).toEqual(["found", "found"]);
    expect(ask).toHaveBeenCalledTimes(1);
  });
  it("is asked for again when it could not be found", async () => {
    const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error("no")).mockResolvedValueOnce("found");
    const until = onceFor(ask);
    await expect(until("b")).rejects.toThrow("no");
    expect(await until("b")).toBe("found");
  });
});
