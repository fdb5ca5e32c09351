// The groups of settings, in the order of the screen.
import type { Messages } from "$lib/messages";
import { go } from "$lib/router.svelte";

export const GROUPS = ["window", "departments", "portal", "phone", "network", "keys", "validity", "cps", "acts", "scep", "about"] as const;
export type Group = (typeof GROUPS)[number];

/** What the palette offers beside *About Signet*: each group, under the name of the area so that it is not taken for an act. */
export function groupActs(t: Messages): { icon: "settings"; label: string; run: () => void }[] {
  return GROUPS.filter((group) => group !== "about").map((group) => ({ icon: "settings", label: t.palette.settings(t.settings.groups[group]), run: () => go("settings", group) }));
}
