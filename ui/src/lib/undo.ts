// Taking the last thing back, by the toast's button or by Ctrl-Z.
import { ApiError } from "./api";
import { refusal } from "./errors";
import { words } from "./i18n.svelte";
import { toast } from "./toast.svelte";

export async function undo(): Promise<void> {
  try {
    await toast.undo();
  } catch (thrown) {
    toast.refused(refusal(ApiError.from(thrown), words.t).title);
  }
}
