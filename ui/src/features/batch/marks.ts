// How the states of a batch are marked.
import type { BatchState } from "$lib/api";
import type { IconName } from "$lib/ui/Icon.svelte";
import type { Tone } from "$lib/ui/Mark.svelte";
import type { Fate } from "./progress";

export const marks: Record<BatchState, { tone: Tone; icon: IconName }> = {
  running: { tone: "now", icon: "circle-dot" },
  stopped: { tone: "hold", icon: "circle-pause" },
  done: { tone: "ok", icon: "circle-check" },
  cancelled: { tone: "off", icon: "ban" },
};

export const fates: Record<Fate, { tone: Tone; icon: IconName }> = {
  delivered: { tone: "ok", icon: "circle-check" },
  refused: { tone: "danger", icon: "octagon-x" },
  now: { tone: "now", icon: "circle-dot" },
  next: { tone: "plain", icon: "clock" },
};
