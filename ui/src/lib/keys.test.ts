import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { keyNames } from "./keys";
import { messages } from "./messages/all";

const root = new URL("../", import.meta.url);
const screens = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".svelte"));
const source = (file: string) => readFileSync(new URL(file, root), "utf8");

describe("a key", () => {
  it("is called as on a keyboard of the language", () => {
    const french = (keys: string) => keyNames(keys, messages.fr);
    expect(["Space", "Enter", "Esc", "Ctrl Shift R", "Home End"].map(french)).toEqual(["Espace", "Entrée", "Échap", "Ctrl Maj R", "Début Fin"]);
    expect(keyNames("Ctrl Shift R", messages.en)).toBe("Ctrl Shift R");
    expect(["J K", "Alt ←", "/", "F6", "?"].map(french)).toEqual(["J K", "Alt ←", "/", "F6", "?"]);
  });
  it("has a name wherever a hint names it, and is drawn nowhere without asking for it", () => {
    const hints = screens.flatMap((file) => [...source(file).matchAll(/(?:\[|key: |keys=)"([^"]+)"(?:, (?:words\.|t\.|batch)| ?\/>|, run)/g)].map((match) => match[1] ?? ""));
    const named = [...new Set(hints.flatMap((keys) => keys.split(" ")).filter((key) => /^[A-Za-z]{3,}$/.test(key)))];
    expect(named).toEqual(expect.arrayContaining(["Enter", "Space", "Esc", "Shift", "Ctrl"]));
    expect(named.filter((key) => !(key in messages.en.keys.names)), "add these to keys.names").toEqual([]);
    expect(screens.filter((file) => !file.endsWith("/Key.svelte") && source(file).includes("<kbd"))).toEqual([]);
  });
});
