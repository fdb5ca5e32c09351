import { describe, expect, it } from "vitest";
import { toWith } from "$lib/router.svelte";
import { asking, ENDED, MOVING, viewOf, wanted } from "./filter";

describe("what an address asks the enrollments for", () => {
  const of = (text: string) => wanted(new URLSearchParams(text));
  it("is states, and nothing else", () => {
    expect(of("states=invited")).toEqual(["invited"]);
    expect(of("states=issued,opened,nonsense")).toEqual(["opened", "issued"]);
    expect([of("states=nonsense"), of("states="), of("")]).toEqual([null, null, null]);
  });
  it("is what a figure of Today leads to", () => {
    const address = toWith("enrollments", asking(MOVING));
    expect(of(address.split("?")[1] ?? "")).toEqual(MOVING);
  });
  it("is seen in the list's own views", () => {
    expect([viewOf([]), viewOf(MOVING), viewOf([...MOVING].reverse()), viewOf(ENDED)]).toEqual(["all", "moving", "moving", "ended"]);
    expect([viewOf(["invited"]), viewOf(["opened", "issued"])]).toEqual([null, null]);
  });
});
