import { render } from "svelte/server";
import { describe, expect, it } from "vitest";
import type { EnrollmentDetail, State, StepKind } from "$lib/api";
import { now } from "$lib/live.svelte";
import { messages } from "$lib/messages/all";
import Coach from "./Coach.svelte";

const t = messages.en.enrollment;
const NOTES = [t.coachInvited, t.coachOpened, t.coachTap, t.coachDownload, t.coachGone, t.coachTooOld, t.coachRefused, t.coachSettingsRefused, t.coachRunning, t.coachDone, t.coachEnded];

/** What the coach says, of all that it may say. */
function says(state: State, downloadEndsAt: string | null = null, kinds: StepKind[] = []): string[] {
  const enrollment: EnrollmentDetail["enrollment"] = { id: "e", subscriber: "s", name: "Alice", department: "Physics", departmentId: "d", mail: "a@example.edu", state, profileSent: false, channel: "show", createdAt: "", expiresAt: "", updatedAt: "", device: null, downloadEndsAt, refused: false };
  const steps = kinds.map((kind) => ({ at: "2026-03-12T09:07:00Z", kind, facts: [] }));
  const { body } = render(Coach, { props: { detail: { enrollment, steps, certificates: [], shown: false } } });
  return NOTES.filter((note) => body.includes(note));
}

describe("the coach", () => {
  now.ms = Date.parse("2026-03-12T09:08:00Z");

  it("has the person tap Download once they signed in", () => {
    expect(says("authenticated")).toEqual([t.coachTap]);
  });
  it("sends them to Settings while the download is there, and back to the link when its minutes are over", () => {
    expect(says("authenticated", "2026-03-12T09:08:01Z")).toEqual([t.coachDownload]);
    expect(says("authenticated", "2026-03-12T09:08:00Z")).toEqual([t.coachGone]);
  });
  it("says that a phone was sent away, and not that a download waits or was deleted, until it downloads once more", () => {
    expect(says("authenticated", null, ["signedIn", "profileServiceSent", "osTooOld"])).toEqual([t.coachTooOld]);
    expect(says("authenticated", null, ["signedIn", "profileServiceSent", "deviceRefused", "pageViewed"])).toEqual([t.coachRefused]);
    expect(says("authenticated", "2026-03-12T09:08:01Z", ["profileServiceSent", "osTooOld", "profileServiceSent"])).toEqual([t.coachDownload]);
    expect(says("identified", null, ["profileServiceSent", "deviceIdentified", "deviceRefused"])).toEqual([t.coachRunning]);
    expect(says("expired", null, ["profileServiceSent", "osTooOld"])).toEqual([t.coachEnded]);
  });
  it("goes by what the phone has when somebody else, who has the link alone, was refused", () => {
    expect(says("authenticated", "2026-03-12T09:08:01Z", ["signedIn", "profileServiceSent", "deviceRefused"])).toEqual([t.coachDownload]);
    expect(says("authenticated", "2026-03-12T09:08:00Z", ["signedIn", "profileServiceSent", "deviceRefused"])).toEqual([t.coachGone]);
    expect(says("authenticated", null, ["signedIn", "deviceRefused"])).toEqual([t.coachTap]);
  });
  it("begins anew with a new link, however far the phone had come", () => {
    for (const state of ["opened", "authenticated", "identified", "issued"] as const) {
      const before: StepKind[] = ["opened", "signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "osTooOld", "resent"];
      expect(says(state, null, before)).toEqual([t.coachInvited]);
      expect(says(state, null, [...before, "opened"])).toEqual([t.coachOpened]);
      expect(says(state, null, [...before, "opened", "signedIn"])).toEqual([t.coachTap]);
      expect(says(state, "2026-03-12T09:08:01Z", [...before, "opened", "signedIn", "profileServiceSent"])).toEqual([t.coachDownload]);
      expect(says(state, null, [...before, "opened", "signedIn", "profileServiceSent", "deviceRefused"])).toEqual([t.coachRefused]);
      expect(says(state, null, [...before, "opened", "signedIn", "profileServiceSent", "deviceIdentified"])).toEqual([t.coachRunning]);
    }
  });
  it("says that the request for settings was refused, until the phone is answered or begins anew", () => {
    const before: StepKind[] = ["signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "profileRefused"];
    for (const page of [[], ["pageViewed"], ["opened", "signInFailed", "signedIn"]] as const) expect(says("issued", null, [...before, ...page])).toEqual([t.coachSettingsRefused]);
    for (const answer of ["profileRequested", "profileSent", "repeated"] as const) expect(says("issued", null, [...before, answer])).toEqual([t.coachRunning]);
    expect(says("issued", null, [...before, "resent"])).toEqual([t.coachInvited]);
    expect(says("configured", null, [...before, "profileSent", "configured", "profileRefused"])).toEqual([t.coachDone]);
    // That somebody with the link alone was refused, and a second tap on the page before the phone asked, do not hide it.
    expect(says("issued", null, [...before, "deviceRefused"])).toEqual([t.coachSettingsRefused]);
    const tapped: StepKind[] = ["signedIn", "profileServiceSent", "deviceIdentified", "profileServiceSent", "transportIssued", "profileRefused"];
    expect(says("issued", "2026-03-12T09:08:01Z", tapped)).toEqual([t.coachSettingsRefused]);
    // What was revoked needs another enrollment, in both languages.
    expect(messages.en.enrollment.coachSettingsRefusedText).toContain("revoked one: cancel");
    expect(messages.fr.enrollment.coachSettingsRefusedText).toMatch(/révoqué.: annulez/);
  });
  it("goes by the newest download, also where an earlier one had brought the phone further", () => {
    for (const state of ["identified", "issued"] as const) {
      const again: StepKind[] = ["signedIn", "profileServiceSent", "deviceIdentified", "transportIssued", "profileRefused", "profileServiceSent"];
      expect(says(state, "2026-03-12T09:08:01Z", again)).toEqual([t.coachDownload]);
      expect(says(state, "2026-03-12T09:08:00Z", again)).toEqual([t.coachGone]);
      expect(says(state, null, [...again, "osTooOld"])).toEqual([t.coachTooOld]);
      expect(says(state, null, [...again, "deviceIdentified"])).toEqual([t.coachRunning]);
    }
  });
  it("says that the phone is at work only when it is", () => {
    expect(says("identified")).toEqual([t.coachRunning]);
    expect(says("issued")).toEqual([t.coachRunning]);
    expect((["invited", "opened", "configured", "expired"] as const).flatMap((state) => says(state))).toEqual([t.coachInvited, t.coachOpened, t.coachDone, t.coachEnded]);
  });
});
