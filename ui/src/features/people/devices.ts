// Which certificates are on which phone.
import type { Certificate, Device, Enrollment } from "$lib/api";

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
