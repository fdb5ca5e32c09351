// A toast only confirms and may offer Undo; nothing that matters depends on seeing it.

/** So long Ctrl-Z takes back what a toast offered to undo. */
const UNDOABLE = 10 * 60_000;
const SHOWN = 5_000;
/** Longer, because it wants a decision. */
const SHOWN_WITH_UNDO = 20_000;

class Toast {
  text = $state<string | null>(null);
  /** The toast on show offers Undo. */
  offers = $state(false);
  #undo: (() => Promise<void>) | null = null;
  #until = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string, undo?: () => Promise<void>) {
    if (undo) [this.#undo, this.#until] = [undo, Date.now() + UNDOABLE];
    this.#show(text, undo !== undefined);
  }
  /** Says why nothing was taken back; it is offered again. */
  refused(text: string) {
    this.#show(text, this.#undo !== null && Date.now() <= this.#until);
  }
  #show(text: string, offers: boolean) {
    this.text = text;
    this.offers = offers;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.clear, offers ? SHOWN_WITH_UNDO : SHOWN);
  }
  /** Takes the last thing back, once; `false`: there is nothing to take back. What is refused can be tried again. */
  undo = async (): Promise<boolean> => {
    const undo = this.#undo;
    if (!undo || Date.now() > this.#until) return false;
    this.#undo = null;
    this.clear();
    try {
      await undo();
    } catch (thrown) {
      // Unless there is something newer.
      this.#undo ??= undo;
      throw thrown;
    }
    return true;
  };
  clear = () => {
    this.text = null;
    this.offers = false;
  };
}
export const toast = new Toast();
