// Saying where a file went, or why it did not.
import { ApiError, type SavedFile } from "./api";
import { refusal } from "./errors";
import { words } from "./i18n.svelte";
import { toast } from "./toast.svelte";

/** Waits for a file to be saved; nothing is said when the officer cancelled. */
export async function saving(file: Promise<SavedFile | null>): Promise<void> {
  try {
    const saved = await file;
    if (saved) toast.say(words.t.common.savedTo(saved.path));
  } catch (thrown) {
    const { title, meaning } = refusal(ApiError.from(thrown), words.t);
    toast.say(`${title}. ${meaning}`.trim());
  }
}
