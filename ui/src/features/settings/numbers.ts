// Counts and times that belong to a subject: which stand where, and what is said beside each. Their bounds are the authority's.
import type { SettingView } from "$lib/api";
import { figure } from "$lib/format";
import type { Messages } from "$lib/messages";

type Words = Messages["settings"]["numbers"];
/** The name of such a setting. */
export type NumberName = keyof Words["of"];

/** Where each stands, in the order in which it stands there. */
export const NUMBERS = {
  invitation: ["invitation.hours"],
  tries: ["sign_in.code_tries", "sign_in.password_tries", "sign_in.password_minutes", "sign_in.address_failures", "sign_in.address_minutes"],
  lives: ["enrollment.session_minutes", "enrollment.challenge_minutes", "enrollment.profile_days"],
  scep: ["scep.challenge_days"],
  once: ["validity.root_years", "validity.issuing_years", "validity.ra_years", "validity.profile_signer_years"],
  again: ["validity.tls_days", "validity.transport_days", "validity.pilot_days", "validity.ocsp_days", "validity.backdated_minutes"],
  crls: ["crl.every_hours", "crl.next_update_hours", "crl.root_next_update_days"],
  second: ["revoke.four_eyes_above", "revoke.four_eyes_hours", "revoke.maybe_lost_days"],
} as const satisfies Record<string, readonly NumberName[]>;

/** It is one of them. */
export const isNumber = (key: string, t: Messages): key is NumberName => Object.hasOwn(t.settings.numbers.of, key);

/** What stands after its value. The unit is the last word of the name: `validity.tls_days` is in days. */
export function unitOf(name: NumberName | "mailbox.valid_days", value: string, t: Messages): string {
  const unit = t.settings.numbers.units[name.slice(name.search(/[a-z]+$/)) as keyof Words["units"]];
  return Number(value) === 1 ? unit.one : unit.many;
}

/** What stands below it: what it is about, what it is where nobody has set it, and its bounds. */
export function hintOf(name: NumberName, { default: value, bounds }: SettingView, t: Messages): string {
  const { of, bounds: within } = t.settings.numbers;
  // Four digits are read without a space.
  const shown = (count: number) => (count < 10_000 ? String(count) : figure(count));
  return bounds ? `${of[name].hint} ${within(value, shown(bounds.least), shown(bounds.most))}` : of[name].hint;
}
