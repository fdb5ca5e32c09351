// An answer that costs much to find.

/** Asks when `key` is another than the time before, or when asking failed; otherwise it is the answer of before. */
export function onceFor<K, T>(ask: (key: K) => Promise<T>): (key: K) => Promise<T> {
  let last: { key: K; answer: Promise<T> } | null = null;
  return (key) => {
    if (last?.key === key) return last.answer;
    const mine = { key, answer: ask(key) };
    last = mine;
    mine.answer.catch(() => {
      if (last === mine) last = null;
    });
    return mine.answer;
  };
}
