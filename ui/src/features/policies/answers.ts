// The five answers of the escrow interview.
import type { AdviserRole, EscrowAnswers } from "$lib/api";

/** The five questions, in their order. */
export const QUESTIONS = ["signingOnly", "authenticationOnly", "realTime", "futureAccess", "longLived"] as const satisfies readonly (keyof EscrowAnswers)[];
export type QuestionName = (typeof QUESTIONS)[number];

export interface AdviserDraft {
  name: string;
  role: AdviserRole;
  on: string;
  opinion: string;
}

/** Today as 2026-11-21, where the officer is. */
export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** The answers once all five are there. */
export function complete(given: Partial<EscrowAnswers>): EscrowAnswers | null {
  const answers = QUESTIONS.map((name) => given[name]);
  return answers.every((answer) => answer !== undefined) ? (given as EscrowAnswers) : null;
}
