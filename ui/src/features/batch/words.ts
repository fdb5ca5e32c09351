// What is wrong with a row, in the officer's language where there are words for it.
import type { Messages } from "$lib/messages";

interface Wrong {
  problem: string;
  detail: string;
  reason: string;
}

export function problem(wrong: Wrong, t: Messages): string {
  const table = t.batch.problems as Record<string, string | ((about: string) => string)>;
  const said = table[wrong.problem];
  if (typeof said === "function") return said(wrong.detail || wrong.reason);
  return said ?? t.codes.validation.meaning(wrong.reason);
}
