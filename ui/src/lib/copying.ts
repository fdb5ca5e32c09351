// Putting a text on the clipboard, and saying so or why not.
import { words } from "./i18n.svelte";
import { toast } from "./toast.svelte";

export async function copying(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast.say(words.t.common.copied);
  } catch {
    toast.say(words.t.common.notCopied);
  }
}
