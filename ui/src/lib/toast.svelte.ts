// A toast only confirms; nothing that matters depends on seeing it.
class Toast {
  text = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string) {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.text = null), 5000);
  }
  clear = () => {
    this.text = null;
  };
}
export const toast = new Toast();
