// The counts and times in Settings, as the program has them: default, least, most.
import type { SettingView } from "../../bindings";
import { refuse } from "./world";

export const NUMBERS: Readonly<Record<string, readonly [value: number, least: number, most: number]>> = {
  "invitation.hours": [72, 1, 720],
  "revoke.four_eyes_above": [10, 1, 100_000],
  "revoke.four_eyes_hours": [24, 1, 720],
  "revoke.maybe_lost_days": [3, 1, 90],
  "sign_in.code_tries": [5, 1, 10],
  "sign_in.password_tries": [5, 1, 10],
  "sign_in.password_minutes": [15, 10, 60],
  "sign_in.address_failures": [50, 10, 100],
  "sign_in.address_minutes": [10, 5, 60],
  "enrollment.session_minutes": [30, 10, 120],
  "enrollment.challenge_minutes": [60, 10, 240],
  "enrollment.profile_days": [365, 30, 825],
  "scep.challenge_days": [7, 1, 30],
  "validity.root_years": [20, 10, 30],
  "validity.issuing_years": [10, 5, 20],
  "validity.ra_years": [10, 5, 20],
  "validity.profile_signer_years": [10, 5, 20],
  "validity.ocsp_days": [30, 7, 90],
  "validity.tls_days": [397, 60, 397],
  "validity.transport_days": [730, 90, 1095],
  "validity.pilot_days": [90, 7, 90],
  "validity.backdated_minutes": [10, 1, 60],
  "crl.every_hours": [24, 1, 24],
  "crl.next_update_hours": [192, 72, 239],
  "crl.root_next_update_days": [400, 90, 400],
};
/** Departments may have these for themselves. */
const EACH = ["invitation.hours", "sign_in.code_tries", "sign_in.password_tries", "sign_in.password_minutes", "enrollment.session_minutes", "enrollment.challenge_minutes", "enrollment.profile_days", "scep.challenge_days"];
const set: Record<string, string> = {};

export const numberViews = (): SettingView[] =>
  Object.entries(NUMBERS).map(([key, [value, least, most]]) => {
    const level = EACH.includes(key) ? "department" : "organization";
    const now = set[key] ?? String(value);
    return { key, level, value: now, source: set[key] ? level : "builtin", inherited: String(value), default: String(value), bounds: { least, most }, optional: false, waiting: null };
  });

/** Sets one; what is none of them stays. */
export function setNumber(key: string, typed: string): void {
  const [, least, most] = NUMBERS[key] ?? [];
  if (least === undefined || most === undefined) return;
  if (!typed) return void delete set[key];
  if (!/^\d+$/.test(typed) || Number(typed) < least || Number(typed) > most) refuse("validation", `a whole number from ${least} to ${most}`, key);
  set[key] = String(Number(typed));
}
