import { describe, expect, it } from "vitest";
import type { EnrollmentDetail, State, StepKind } from "$lib/api";
import { phases as all, standing, underWay } from "./phases";

const NOW = Date.parse("2026-03-12T09:08:00Z");
const phases = (detail: EnrollmentDetail) => all(detail, NOW);

function walk(state: State, ...kinds: StepKind[]): EnrollmentDetail {
  return {
    enrollment: { id: "e", subscriber: "s", name: "Alice", department: "Physics", departmentId: "d", mail: "a@example.edu", state, profileSent: false, channel: "show", createdAt: "", expiresAt: "", updatedAt: "", device: null, downloadEndsAt: null, refused: false },
    steps: kinds.map((kind, n) => ({ at: `2026-03-12T09:00:0${n}Z`, kind, facts: [] })),
    certificates: [],
    shown: false,
  };
}
/** With a download that iOS deletes then. */
const until = (downloadEndsAt: string, detail: EnrollmentDetail): EnrollmentDetail => ({ ...detail, enrollment: { ...detail.enrollment, downloadEndsAt } });

describe("the three phases", () => {
  it("begin with the link, everything else is to come", () => {
    const [first, second, third] = phases(walk("invited", "invited"));
    expect([first.here, first.todo, second.here]).toEqual(["opened", ["signedIn"], null]);
    expect(second.todo).toEqual(["profileServiceSent", "install", "deviceIdentified", "transportIssued"]);
    expect(third.todo).toEqual(["profileSent", "configured"]);
  });
  it("wait in Settings after the download", () => {
    const [first, second] = phases(until("2026-03-12T09:08:01Z", walk("authenticated", "invited", "opened", "signedIn", "profileServiceSent")));
    expect(first.todo).toEqual([]);
    expect([second.here, second.todo]).toEqual(["install", ["deviceIdentified", "transportIssued"]]);
  });
  it("wait for another download when iOS has deleted this one", () => {
    const [, second] = phases(until("2026-03-12T09:08:00Z", walk("authenticated", "invited", "opened", "signedIn", "profileServiceSent")));
    expect([second.here, second.todo]).toEqual(["profileServiceSent", ["install", "deviceIdentified", "transportIssued"]]);
  });
  it("begin anew with a new link, whatever was done before it", () => {
    const before = ["invited", "opened", "signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "profileSent", "resent"] as const;
    const [first, second, third] = phases(walk("issued", ...before));
    expect(first.steps.map((step) => step.kind)).toEqual(["invited", "opened", "signedIn", "resent"]);
    expect([first.here, first.todo, second.todo, third.todo]).toEqual(["opened", ["signedIn"], ["profileServiceSent", "install", "deviceIdentified", "transportIssued"], ["profileSent", "configured"]]);
    const again = phases(until("2026-03-12T09:08:01Z", walk("issued", ...before, "opened", "signedIn", "profileServiceSent")));
    expect(again.map((phase) => phase.here)).toEqual([null, "install", null]);
  });
  it("wait in Settings after another download, whatever came of the one before", () => {
    const again = walk("issued", "opened", "signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "profileRefused", "profileServiceSent");
    const [, second, third] = phases(until("2026-03-12T09:08:01Z", again));
    expect([second.here, second.todo, third.todo]).toEqual(["install", ["deviceIdentified", "transportIssued"], ["profileSent", "configured"]]);
    expect(phases(again)[1].here).toBe("profileServiceSent");
  });
  it("wait for another download when the phone was sent away with its own", () => {
    const [, second] = phases(walk("authenticated", "invited", "opened", "signedIn", "profileServiceSent", "osTooOld"));
    expect([second.here, second.todo]).toEqual(["profileServiceSent", ["install", "deviceIdentified", "transportIssued"]]);
  });
  it("have nothing to come when the phone is configured", () => {
    const all = phases(walk("configured", "invited", "opened", "signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "profileSent", "identityIssued", "configured"));
    expect(all.map((phase) => [phase.here, phase.todo.length])).toEqual([[null, 0], [null, 0], [null, 0]]);
    expect(all[2].steps.map((step) => step.kind)).toEqual(["profileSent", "identityIssued", "configured"]);
  });
  it("promise nothing after the end", () => {
    expect(phases(walk("cancelled", "invited", "cancelled")).map((phase) => [phase.here, phase.todo.length])).toEqual([[null, 0], [null, 0], [null, 0]]);
  });
  it("stand where the link that counts has come", () => {
    expect(standing(walk("identified", "opened", "signedIn", "deviceIdentified"))).toBe("identified");
    const after = (...kinds: StepKind[]) => standing(walk("issued", "opened", "signedIn", "deviceIdentified", "transportIssued", "resent", ...kinds));
    expect([after(), after("pageViewed", "deviceRefused"), after("opened", "signInFailed"), after("opened", "signedIn"), after("signedIn", "deviceIdentified"), after("signedIn", "deviceIdentified", "transportIssued")]).toEqual(["invited", "invited", "opened", "authenticated", "identified", "issued"]);
    expect((["configured", "expired"] as const).map((state) => standing(walk(state, "resent", "opened")))).toEqual(["configured", "expired"]);
  });
  it("are under way while the link counts", () => {
    expect((["invited", "opened", "authenticated", "identified", "issued", "configured", "declined", "expired", "failed", "cancelled"] as const).filter(underWay)).toEqual(["invited", "opened", "authenticated", "identified", "issued"]);
  });
  it("keep a repeat where it happened", () => {
    const [, second] = phases(walk("identified", "invited", "opened", "signedIn", "profileServiceSent", "deviceIdentified", "repeated"));
    expect(second.steps.map((step) => step.kind)).toEqual(["profileServiceSent", "deviceIdentified", "repeated"]);
  });
});
