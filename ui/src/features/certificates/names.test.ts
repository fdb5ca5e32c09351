import { describe, expect, it } from "vitest";
import { NAMED, whose } from "./names";

describe("whose certificates are meant", () => {
  it("is said by use, each person once", () => {
    const of = (profile: string, name: string, subscriber = name) => ({ profile, name, subscriber });
    expect(whose([of("signing", "Alice"), of("encryption", "Alice"), of("signing", "Bob"), of("signing", "Alice")])).toEqual([
      { profile: "signing", count: 3, names: ["Alice", "Bob"], further: 0 },
      { profile: "encryption", count: 1, names: ["Alice"], further: 0 },
    ]);
    expect(whose([of("signing", "Bob", "1"), of("signing", "Bob", "2"), of("signing", "Bob", "2")])).toEqual([{ profile: "signing", count: 3, names: ["Bob", "Bob"], further: 0 }]);
    expect(whose([])).toEqual([]);
  });
  it("names a few of ten thousand, and how many there are besides", () => {
    const all = Array.from({ length: 10_000 }, (_, at) => ({ profile: "signing", name: `P${at}`, subscriber: `${at}` }));
    const [said] = whose(all);
    expect([said?.count, said?.names.length, said?.further]).toEqual([10_000, NAMED, 10_000 - NAMED]);
    expect(whose(all.slice(0, NAMED))[0]?.further).toBe(0);
  });
});
