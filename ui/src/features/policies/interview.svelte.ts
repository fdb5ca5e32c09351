// The escrow interview while it is answered: it stays while one looks at something else.
import type { EscrowAnswers, EscrowDecision } from "$lib/api";
import { complete, today, type AdviserDraft } from "./answers";

export class Interview {
  step = $state(0);
  given = $state<Partial<EscrowAnswers>>({});
  advisers = $state<AdviserDraft[]>([]);
  enabled = $state<boolean | null>(null);
  decidedBy = $state("");
  reason = $state("");

  get answers(): EscrowAnswers | null {
    return complete(this.given);
  }
  addAdviser(): void {
    const role = this.advisers.some((adviser) => adviser.role === "technical") ? "legal" : "technical";
    this.advisers.push({ name: "", role, on: today(), opinion: "" });
  }
  /** What is recorded; an adviser of whom nothing was written is none. */
  decision(): EscrowDecision | null {
    if (!this.answers || this.enabled === null) return null;
    const advisers = this.advisers.filter((adviser) => adviser.name.trim() || adviser.opinion.trim());
    return $state.snapshot({ answers: this.answers, enabled: this.enabled, decidedBy: this.decidedBy, reason: this.reason, advisers });
  }
  clear(): void {
    [this.step, this.given, this.advisers, this.enabled, this.decidedBy, this.reason] = [0, {}, [], null, "", ""];
  }
}

const kept: Record<string, Interview | undefined> = {};

/** The interview of a department, as far as it was answered. */
export function interviewOf(department: string): Interview {
  return (kept[department] ??= new Interview());
}
