import { beforeEach, describe, expect, it, vi } from "vitest";
import { Columns } from "./columns.svelte";

const ALL = ["name", "address", "kind", "phone", "added"] as const;

describe("the columns of a list", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  });
  const people = () => new Columns("people", ALL, ["name", "address", "phone"]);

  it("are moved, and stay so when the window is opened again", () => {
    const columns = people();
    expect([columns.move("phone", -1), columns.move("name", -1), columns.move("kind", 1)]).toEqual([true, false, false]);
    expect(columns.shown).toEqual(["name", "phone", "address"]);
    columns.put("address", "name");
    expect(columns.shown).toEqual(["address", "name", "phone"]);
    expect(people().shown).toEqual(["address", "name", "phone"]);
  });
  it("come into the order that was chosen at their own place", () => {
    const columns = people();
    columns.move("phone", -2);
    expect(columns.ordered).toEqual(["phone", "added", "name", "address", "kind"]);
    columns.toggle("kind");
    expect(columns.shown).toEqual(["phone", "name", "address", "kind"]);
    columns.toggle("address");
    expect(columns.shown).toEqual(["phone", "name", "kind"]);
    columns.reset();
    expect(columns.shown).toEqual(["name", "address", "phone"]);
  });
  it("of a saved view keep their order; unknown and double ones are left out", () => {
    const columns = people();
    columns.set(["phone", "gone", "name", "phone"]);
    expect(columns.shown).toEqual(["phone", "name"]);
    columns.set(["gone"]);
    expect(columns.shown).toEqual(["name", "address", "phone"]);
  });
});
