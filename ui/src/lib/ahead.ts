// Asked for before the screen that shows it has been made: the program reads while the web view works.
import { changes } from "./live.svelte";

interface Asked {
  answer: Promise<unknown>;
  /** Of which version of the data. */
  version: number;
}
const waiting = new Map<() => Promise<unknown>, Asked>();

/**
 * Asks now for what a screen will load first, or takes `answer` for what it will be told. Settles when the answer is there, or refused; what
 * was refused is asked again by whoever needs it.
 */
export async function ahead<T>(load: () => Promise<T>, answer: Promise<T> = load()): Promise<void> {
  const one = { answer, version: changes.version };
  waiting.set(load, one);
  // Whoever took the answer before hears of the refusal.
  await answer.then(
    () => {},
    () => waiting.get(load) === one && waiting.delete(load),
  );
}

/** What was asked for ahead, to one taker and unless the data has changed since; else asks now. */
export function asked<T>(load: () => Promise<T>): Promise<T> {
  const found = waiting.get(load);
  waiting.delete(load);
  return found?.version === changes.version ? (found.answer as Promise<T>) : load();
}
