// Data that stays true: loaded, kept on the screen while it is loaded again, loaded again when anybody changes anything.
import { ApiError, host } from "./api";

/** Rises when the program says that data changed. */
class Changes {
  version = $state(0);
}
export const changes = new Changes();

/** Starts listening; once, by main. */
export function listen(): void {
  host.onChanged(() => (changes.version += 1));
}

/** A ticking clock for countdowns and relative times. */
class Now {
  ms = $state(Date.now());
}
export const now = new Now();
if (typeof window !== "undefined") setInterval(() => (now.ms = Date.now()), 1000);

/** What a screen shows of one load. */
export class Live<T> {
  /** The last good data. */
  data = $state<T | undefined>();
  /** Why the last load failed. */
  error = $state<ApiError | null>(null);
  /** Nothing yet for more than 200 ms: show the skeleton. */
  waiting = $state(false);
  /** Nothing yet for more than 2 s: say so. */
  long = $state(false);
  #again = $state(0);
  #turn = 0;

  /** Loads again. */
  retry = () => {
    this.#again += 1;
  };

  /** For effects: depends on retries. */
  get turn() {
    return this.#again;
  }

  async run(load: () => Promise<T>) {
    const turn = ++this.#turn;
    const timers = [setTimeout(() => (this.waiting = this.data === undefined), 200), setTimeout(() => (this.long = this.data === undefined), 2000)];
    try {
      const data = await load();
      if (turn !== this.#turn) return;
      this.data = data;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = ApiError.from(thrown);
    } finally {
      timers.forEach(clearTimeout);
      if (turn === this.#turn) this.waiting = this.long = false;
    }
  }
}

/** Loads now, after every change of data, and whenever what `load` reads before its first await changes. Call it in a component. */
export function live<T>(load: () => Promise<T>): Live<T> {
  const state = new Live<T>();
  $effect(() => {
    void changes.version;
    void state.turn;
    void state.run(load);
  });
  return state;
}
