// Which page of the guide belongs to which screen.
import { FIRST } from "./pages";

/** A screen by its address, `*` for any one thing; the page, and the heading in it. The first that fits counts. */
export const PLACES: readonly (readonly [screen: string, page: string, heading?: string])[] = [
  ["setup", "1-setup"],
  ["people", "2-people"],
  ["certificates/many", "6-issue", "many-at-once"],
  ["certificates/reports", "9-find", "see"],
  ["certificates/*", "8-life"],
  ["certificates", "9-find"],
  ["enrollments/*/invite", "3-enroll"],
  ["enrollments/*", "4-trouble"],
  ["enrollments", "3-enroll"],
  ["policies/escrow", "5-policies", "escrow-yes-or-no"],
  ["policies/production/escrow", "5-policies", "escrow-yes-or-no"],
  ["policies/production/key-plan", "5-policies", "the-plan-for-decryption-keys"],
  ["policies/production/lessons", "5-policies", "the-log-of-lessons"],
  ["policies/production/start", "5-policies", "production"],
  // Whoever is asked who read the guide begins at its beginning.
  ["policies/production/guide", FIRST],
  ["policies/production", "5-policies", "from-pilot-to-production"],
  ["policies/*", "5-policies", "certificate-profiles"],
  ["policies", "5-policies"],
  ["server/publishing", "7-status"],
  ["server", "11-settings", "server-and-tls"],
  ["ledger", "12-ledger"],
  ["settings/departments", "10-departments"],
  ["settings/portal", "11-settings", "portal"],
  ["settings/phone", "11-settings", "on-the-phone"],
  ["settings/network", "11-settings", "server-and-tls"],
  ["settings/keys", "11-settings", "keys"],
  ["settings/validity", "11-settings", "validity-and-status"],
  ["settings/cps", "11-settings", "statement-of-practice"],
  ["settings/acts", "11-settings", "second-officer"],
  ["settings/scep", "11-settings", "other-scep-clients"],
  ["settings/about", "11-settings", "about"],
  ["settings", "11-settings"],
];

/** The page, and the heading in it, for a screen (`#/policies/escrow`); the beginning where none is written for it. */
export function pageFor(screen: string): readonly [page: string, heading?: string] {
  const parts = (screen.replace(/^#?\/?/, "").split("?")[0] ?? "").split("/");
  const fits = (pattern: string) => pattern.split("/").every((part, at) => (part === "*" ? !!parts[at] : part === parts[at]));
  const [, ...page] = PLACES.find(([pattern]) => fits(pattern)) ?? ["", FIRST];
  return page;
}
