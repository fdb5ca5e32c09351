// What stands on the keys that hints name.
import type { Messages } from "./messages";

/** A key, or several with blanks between them, as they are called on a keyboard of the officer's language: "Ctrl Shift R" is "Ctrl Maj R" in French. */
export function keyNames(keys: string, t: Messages): string {
  const names: Record<string, string> = t.keys.names;
  return keys.split(" ").map((key) => names[key] ?? key).join(" ");
}
