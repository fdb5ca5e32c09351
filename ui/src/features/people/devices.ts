// Which certificates are on which phone, and how one phone is told from another.
import type { Certificate, Device, Enrollment } from "$lib/api";
import { ago, model } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";

export interface OnDevice {
  valid: number;
  held: number;
  /** Those on hold. */
  holds: Certificate[];
}

export function on(device: Device, certificates: readonly Certificate[], walks: readonly Enrollment[]): OnDevice {
  const enrollments = new Set(walks.filter((walk) => walk.device?.id === device.id).map((walk) => walk.id));
  const its = certificates.filter((one) => one.enrollment !== null && enrollments.has(one.enrollment));
  const holds = its.filter((one) => one.status === "held");
  return { valid: its.filter((one) => one.status === "active").length, held: holds.length, holds };
}

/** All that tells it from another one of the same model. */
export function known(device: Device, t: Messages, now: number, locale: Locale): string {
  const { product, osVersion, serial, firstSeen } = device;
  return [model(product), osVersion && `iOS ${osVersion}`, serial && `${t.people.serial} ${serial}`, t.people.seen(ago(firstSeen, now, locale))].filter(Boolean).join(", ");
}
