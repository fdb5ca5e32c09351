import { afterEach, describe, expect, it, vi } from "vitest";
import { messages } from "$lib/messages/all";
import { fits } from "../palette/match";
import { groupActs, GROUPS } from "./groups";

describe("the groups of settings", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("are each found by name in the palette, which leads there", () => {
    const at = { hash: "" };
    vi.stubGlobal("location", at);
    for (const t of [messages.en, messages.fr]) {
      for (const group of GROUPS.filter((group) => group !== "about")) {
        groupActs(t).find((act) => fits(act.label, t.settings.groups[group]))?.run();
        expect(at.hash).toBe(`#/settings/${group}`);
      }
      expect(Object.keys(t.settings.groups)).toEqual([...GROUPS]);
    }
    expect([messages.en, messages.fr].map((t) => groupActs(t)[6]?.label)).toEqual(["Settings: Validity and status", "Réglages\u202F: Durées et états"]);
  });
});
