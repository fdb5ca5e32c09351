// What the palette offers for policies.
import type { Messages } from "$lib/messages";
import { go } from "$lib/router.svelte";
import type { IconName } from "$lib/ui/Icon.svelte";
import { PROFILES } from "./draft";

export interface PolicyAct {
  icon: IconName;
  label: string;
  run: () => void;
}

/** Acts on policies, by what an officer would type. */
export function policyActs(t: Messages): PolicyAct[] {
  const p = t.policies;
  return [
    ...PROFILES.map((name): PolicyAct => ({ icon: "pencil", label: p.acts.edit(t.certs.profiles[name]), run: () => go("policies", name) })),
    { icon: "key-round", label: p.decide, run: () => go("policies", "escrow", "decide") },
    { icon: "route", label: p.acts.production, run: () => go("policies", "production") },
    { icon: "plus", label: p.newBundle, run: () => go("policies", "bundle") },
    { icon: "printer", label: p.acts.form, run: () => go("policies", "production", "activation") },
  ];
}
