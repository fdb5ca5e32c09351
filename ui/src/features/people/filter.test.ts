import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { asked, chips, direction, narrows, ownView, question, sorted, usual, wanted, WHOLE, type Filter } from "./filter";

describe("the list of people", () => {
  it("asks what its filter says, and reads a saved question back", () => {
    const filter: Filter = { search: " al ", kind: "functional", has: "noEncryption", validated: false, department: "1", sort: "oldest" };
    expect(question(filter, { ...WHOLE, skip: 300 })).toMatchObject({ search: "al", kind: "functional", skip: 300 });
    expect(asked(question({ ...filter, search: "al" }, WHOLE))).toEqual({ ...filter, search: "al" });
    expect([narrows(usual), narrows({ ...usual, sort: "newest" }), narrows({ ...usual, validated: true })]).toEqual([false, false, true]);
  });
  it("says its filters as a sentence, without what the view says", () => {
    const read = (change: Partial<Filter>) => chips({ ...usual, ...change }, messages.en.people).map((part) => `${part.what} ${part.value}`);
    expect(read({ has: "noEncryption", kind: "person" })).toEqual(["Certificates none for encrypted mail", "Kind persons"]);
    expect(read({ has: "none" })).toEqual([]);
    expect(read({ has: "device" })).toEqual([" With a device"]);
    expect(ownView({ ...usual, has: "encryption" })).toBeNull();
  });
  it("is asked for by an address, as the bars of coverage do", () => {
    const ask = (query: string) => wanted(new URLSearchParams(query));
    expect(ask("has=device")).toEqual({ has: "device", validated: null, department: null });
    expect(ask("validated=yes&department=7")).toEqual({ has: null, validated: true, department: "7" });
    expect([ask(""), ask("has=luck&validated=perhaps")]).toEqual([null, null]);
  });
  it("turns its order at the heads of columns", () => {
    expect([sorted("name", "name"), sorted("nameLast", "name"), sorted("name", "added"), sorted("newest", "added")]).toEqual(["nameLast", "name", "newest", "oldest"]);
    expect([direction("nameLast", "name"), direction("name", "added")]).toEqual(["descending", null]);
  });
});
