// Days and times as officers type them, in their own time zone.

/** "2026-03-12" or "2026-03-12 08:52" as RFC 3339 in UTC; `null`: nothing typed; `undefined`: it is none. */
export function moment(typed: string): string | null | undefined {
  const text = typed.trim();
  if (!text) return null;
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  const at = new Date(year, month - 1, day, hour, minute);
  // 31 February is none.
  const same = at.getFullYear() === year && at.getMonth() === month - 1 && at.getDate() === day && at.getHours() === hour && at.getMinutes() === minute;
  return same ? at.toISOString().replace(/\.\d+Z$/, "Z") : undefined;
}
