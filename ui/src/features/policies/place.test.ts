import type { DepartmentRow } from "$lib/api";
import { describe, expect, it } from "vitest";
import { ORGANIZATION, placeOf } from "./place.svelte";

const row = (id: string): DepartmentRow => ({ id, name: id, organization: "University", certifiedOrganization: "University", certifiedName: id, mailDomains: [], pilot: true, training: false, createdAt: "2026-01-01T00:00:00Z" });

describe("whose policies are on show", () => {
  const all = [row("physics"), row("chemistry")];
  it("are those of the first department until somebody chooses", () => {
    expect(placeOf(null, all)).toEqual({ organization: false, department: all[0] });
    expect(placeOf("chemistry", all).department?.id).toBe("chemistry");
  });
  it("fall back to the first department when the chosen one is gone", () => {
    expect(placeOf("chemistry", [row("physics")]).department?.id).toBe("physics");
    expect(placeOf(null, [])).toEqual({ organization: false, department: null });
  });
  it("keep a department for what only departments have, while the organization is on show", () => {
    expect(placeOf(ORGANIZATION, all)).toEqual({ organization: true, department: all[0] });
  });
});
