import { beforeEach, describe, expect, it, vi } from "vitest";
import { toast } from "./toast.svelte";

describe("a toast", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    toast.clear();
  });
  it("goes by itself, later when it offers Undo", () => {
    toast.say("Saved.");
    vi.advanceTimersByTime(5_100);
    expect(toast.text).toBeNull();
    toast.say("On hold.", async () => {});
    vi.advanceTimersByTime(5_100);
    expect([toast.text, toast.offers]).toEqual(["On hold.", true]);
    vi.advanceTimersByTime(15_000);
    expect([toast.text, toast.offers]).toEqual([null, false]);
  });
  it("takes the last thing back once, also after it has gone, but not for ever", async () => {
    let undone = 0;
    toast.say("On hold.", async () => void (undone += 1));
    vi.advanceTimersByTime(60_000);
    toast.say("Something else.");
    expect(await toast.undo()).toBe(true);
    expect([await toast.undo(), undone]).toEqual([false, 1]);
    toast.say("On hold.", async () => void (undone += 1));
    vi.advanceTimersByTime(11 * 60_000);
    expect([await toast.undo(), undone]).toEqual([false, 1]);
  });
  it("offers again what was refused, unless there is something newer", async () => {
    const refuses = vi.fn().mockRejectedValueOnce(new Error("busy")).mockResolvedValue(undefined);
    toast.say("On hold.", refuses);
    await expect(toast.undo()).rejects.toThrow("busy");
    toast.refused("The store is busy");
    expect([toast.text, toast.offers]).toEqual(["The store is busy", true]);
    expect([await toast.undo(), await toast.undo(), refuses.mock.calls.length]).toEqual([true, false, 2]);

    let newer = 0;
    toast.say("On hold.", async () => {
      toast.say("Held too.", async () => void (newer += 1));
      throw new Error("busy");
    });
    await expect(toast.undo()).rejects.toThrow("busy");
    expect([await toast.undo(), newer, await toast.undo()]).toEqual([true, 1, false]);
  });
});
