import { describe, expect, it } from "vitest";
import { complete, QUESTIONS, today } from "./answers";
import { Interview } from "./interview.svelte";

describe("the escrow interview", () => {
  it("has an answer to none of its questions beforehand", () => {
    const interview = new Interview();
    expect(interview.answers).toBeNull();
    expect(interview.decision()).toBeNull();
    expect(complete({ signingOnly: false, authenticationOnly: false, realTime: false, futureAccess: true })).toBeNull();
  });
  it("records what was answered and decided, without advisers of whom nothing was written", () => {
    const interview = new Interview();
    for (const name of QUESTIONS) interview.given[name] = name === "futureAccess";
    expect(interview.decision()).toBeNull();
    interview.enabled = true;
    interview.decidedBy = "The dean";
    interview.reason = "The archive";
    interview.addAdviser();
    interview.addAdviser();
    expect(interview.advisers.map((adviser) => adviser.role)).toEqual(["technical", "legal"]);
    Object.assign(interview.advisers[0] ?? {}, { name: "Dr. Kim", on: "2026-11-20", opinion: "Sound." });
    expect(interview.decision()).toEqual({
      answers: { signingOnly: false, authenticationOnly: false, realTime: false, futureAccess: true, longLived: false },
      enabled: true,
      decidedBy: "The dean",
      reason: "The archive",
      advisers: [{ name: "Dr. Kim", role: "technical", on: "2026-11-20", opinion: "Sound." }],
    });
  });
  it("dates as the program reads it", () => {
    expect(today(new Date(2026, 0, 5))).toBe("2026-01-05");
  });
});
