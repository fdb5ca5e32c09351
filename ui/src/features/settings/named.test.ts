import { render } from "svelte/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { messages } from "$lib/messages/all";
import StillNamed from "./StillNamed.svelte";

const [BEFORE, AFTER] = ["http://old.example.edu", "http://new.example.edu"];
const t = messages.en;

describe("the address of before", () => {
  afterEach(() => vi.restoreAllMocks());

  /** What is said of it: that it is looked at, until when it is named, that this could not be found. */
  function said(after: string | null, found: { of: string | null; day: string | null } | undefined, error: ApiError | null = null): string[] {
    vi.spyOn(words, "t", "get").mockReturnValue(t);
    const { body } = render(StillNamed, { props: { before: BEFORE, after, found, error, retry: () => {} } });
    const all = { looking: t.settings.stillLooking, named: "data-still-named", retry: t.common.retry };
    return Object.entries(all).flatMap(([name, words]) => (body.includes(words) ? [name] : []));
  }
  const busy = new ApiError({ code: "databaseBusy", message: "", field: null, incident: null });

  it("is told once it is another, and until then that it is looked at", () => {
    expect(said(BEFORE, undefined)).toEqual([]);
    expect(said(AFTER, undefined)).toEqual(["looking"]);
    expect(said(AFTER, { of: BEFORE, day: null })).toEqual(["looking"]);
    expect(said(AFTER, { of: AFTER, day: "2028-11-27T10:00:00Z" })).toEqual(["named"]);
    expect(said(AFTER, { of: AFTER, day: null })).toEqual([]);
    expect(said(null, { of: null, day: "2028-11-27T10:00:00Z" })).toEqual(["named"]);
  });
  it("that could not be looked at is tried again", () => {
    expect(said(AFTER, { of: BEFORE, day: null }, busy)).toEqual(["retry"]);
    expect(said(AFTER, undefined, busy)).toEqual(["retry"]);
    expect(said(AFTER, { of: AFTER, day: "2028-11-27T10:00:00Z" }, busy)).toEqual(["named"]);
    expect(said(BEFORE, undefined, busy)).toEqual([]);
  });
});
