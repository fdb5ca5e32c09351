import { beforeEach, describe, expect, it, vi } from "vitest";

const zoom = vi.fn();
vi.mock("./api", () => ({ host: { zoom: (factor: number) => zoom(factor) } }));

/** As the window starts: what the officer likes, in a web view that came to the page in this way. */
async function start(kept: object, came: string) {
  vi.resetModules();
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(kept), setItem: () => {} });
  vi.spyOn(performance, "getEntriesByType").mockReturnValue([{ type: came } as unknown as PerformanceEntry]);
  const { prefs } = await import("./prefs.svelte");
  prefs.show();
  return prefs;
}

describe("the size of the text", () => {
  beforeEach(() => void zoom.mockReset());

  it("is told to a new web view only where it is not the normal one", async () => {
    await start({ zoom: 1 }, "navigate");
    expect(zoom).not.toHaveBeenCalled();
    await start({ zoom: 1.5 }, "navigate");
    expect(zoom.mock.calls).toEqual([[1.5]]);
  });
  it("is told to a web view that reads the page anew, also the normal one", async () => {
    await start({ zoom: 1 }, "reload");
    expect(zoom.mock.calls).toEqual([[1]]);
  });
  it("is told whenever it changes, back to normal too, and only then", async () => {
    const prefs = await start({}, "navigate");
    prefs.set({ zoom: 1.25 });
    prefs.set({ theme: "dark" });
    prefs.resize(0);
    expect(zoom.mock.calls).toEqual([[1.25], [1]]);
  });
});
