// The words in the officer's language.
import { messages, type Locale, type Messages } from "./messages";
import { prefs } from "./prefs.svelte";

function system(): Locale {
  return typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

class Words {
  get locale(): Locale {
    return prefs.language === "system" ? system() : prefs.language;
  }
  /** All words; reactive. */
  get t(): Messages {
    return messages[this.locale];
  }
}

export const words = new Words();
