// Asked for before the screen that shows it has been made: the program reads while the web view works.
import { changes } from "./live.svelte";

interface Asked {
  answer: Promise<unknown>;
  /** Of which version of the data. */
  version: number;
}
const waiting = new Map<() => Promise<unknown>, Asked>();

/** Asks now for what a screen will load first. Settles when the answer is there, or refused. */
export async function ahead(load: () => Promise<unknown>): Promise<void> {
  const answer = load();
  waiting.set(load, { answer, version: changes.version });
  // Whoever takes the answer hears of the refusal.
  await answer.then(() => {}, () => {});
}

/** What was asked for ahead, to one taker and unless the data has changed since; else asks now. */
export function asked<T>(load: () => Promise<T>): Promise<T> {
  const found = waiting.get(load);
  waiting.delete(load);
  return found?.version === changes.version ? (found.answer as Promise<T>) : load();
}
