import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, type Session, type Settings, type SettingsOf } from "$lib/api";
import { shell } from "$lib/shell.svelte";
import { ORGANIZATION, place } from "./place.svelte";

const of = (wifiSsid: string): SettingsOf => ({ settings: { wifiSsid } as Settings, views: [], removalPassword: null });

describe("whose settings are on the screen", () => {
  let answers: Map<string, (found: SettingsOf) => void>;
  beforeEach(() => {
    shell.session = { departments: [{ id: "a" }, { id: "b" }] } as Session;
    answers = new Map();
    vi.spyOn(api, "settingsOf").mockImplementation((department) => new Promise((found) => answers.set(department ?? ORGANIZATION, found)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    shell.session = null;
    place.chosen = ORGANIZATION;
  });

  it("are never those of the department before, however late they come", async () => {
    place.chosen = "a";
    const first = place.load();
    place.chosen = "b";
    const second = place.load();
    answers.get("b")?.(of("B"));
    await second;
    expect([place.settings?.wifiSsid, place.ready]).toEqual(["B", true]);
    answers.get("a")?.(of("A"));
    await first;
    expect([place.settings?.wifiSsid, place.ready]).toEqual(["B", true]);
  });
  it("are not ready while those of another place stand there", async () => {
    place.chosen = "a";
    const loaded = place.load();
    answers.get("a")?.(of("A"));
    await loaded;
    place.chosen = "b";
    expect([place.settings?.wifiSsid, place.ready]).toEqual(["A", false]);
  });
  it("are those after a change, not those that were asked for before it", async () => {
    place.chosen = "a";
    const before = place.load();
    vi.spyOn(api, "changeSetting").mockResolvedValue(of("changed"));
    await place.save("wifi.ssid", "changed");
    answers.get("a")?.(of("old"));
    await before;
    expect(place.settings?.wifiSsid).toBe("changed");
  });
  it("are changed together by one request where they belong together", async () => {
    place.chosen = "a";
    const saved = vi.spyOn(api, "changeSettings").mockResolvedValue(of("together"));
    const typed = [
      { key: "cps.version", value: "2.1" },
      { key: "cps.url", value: "https://pki.example.edu/cps" },
    ];
    await place.saveAll(typed);
    expect(saved.mock.calls).toEqual([["a", typed]]);
    expect([place.settings?.wifiSsid, place.ready]).toEqual(["together", true]);
  });
  it("are left alone by a change of a department that the officer has left", async () => {
    place.chosen = "a";
    let changed: (now: SettingsOf) => void = () => {};
    vi.spyOn(api, "changeSetting").mockImplementation(() => new Promise((now) => (changed = now)));
    const saved = place.save("removal", "password");
    place.chosen = "b";
    changed({ ...of("A"), removalPassword: "secret" });
    await vi.waitFor(() => expect(answers.has("b")).toBe(true));
    answers.get("b")?.(of("B"));
    await saved;
    expect([place.settings?.wifiSsid, place.made]).toEqual(["B", null]);
  });
});
