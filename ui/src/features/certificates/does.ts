// What an act does to a certificate, in sentences.
import type { ActVerb, Affected } from "$lib/api";
import type { Messages } from "$lib/messages";
import { stops } from "./verbs";

/** What stops, or works again, with so many certificates that are good for the same and of which the same becomes. Nothing stops a second time: what
 * is on hold has stopped already. */
export function does(one: Affected, verb: ActVerb, t: Messages["life"], many = 1): string {
  const back = verb === "reinstate";
  if (back ? one.after === "expired" : !["active", "superseded"].includes(one.before)) return back ? t.ended(many) : "";
  if (one.profile === "transport") return back ? t.transportBack(many) : t.transport(many);
  return stops(one)
    .map((what) => (back ? t.back[what](many) : t.breaks[what](many)))
    .join(" ");
}
