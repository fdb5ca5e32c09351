// The words in the officer's language.
import { english, read, type Locale, type Messages } from "./messages";
import { prefs } from "./prefs.svelte";

function system(): Locale {
  return typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

class Words {
  #read = $state.raw<Partial<Record<Locale, Messages>>>({ en: english });

  get locale(): Locale {
    return prefs.language === "system" ? system() : prefs.language;
  }
  /** All words; reactive. English until the officer's language has been read. */
  get t(): Messages {
    return this.#read[this.locale] ?? english;
  }
  /** Reads the words of a language unless they are there. */
  async load(locale: Locale) {
    if (!this.#read[locale]) this.#read = { ...this.#read, [locale]: await read(locale) };
  }
}

export const words = new Words();
