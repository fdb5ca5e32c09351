// The filters in force as parts of a sentence: "Ends within 90 days", "Use Mail signing or Wi-Fi and VPN".
import type { Locale, Messages } from "$lib/messages";
import { calendarDay } from "$lib/format";
import { ownView, type Filter } from "./filter";
import { useOf } from "./names";
import { lastDay } from "./wanted";

export interface Part {
  what: string;
  value: string;
  /** What dropping it changes. */
  without: Partial<Filter>;
}

/** What the chosen view does not say already. */
export function chips(filter: Filter, t: Messages, departments: readonly { id: string; name: string }[] = [], locale: Locale = "en"): Part[] {
  const c = t.certificates;
  const parts: Part[] = [];
  const own = ownView(filter);
  if (own === null && filter.statuses.length) {
    const value = filter.statuses.map((status) => c.views[status]).join(t.lists.or);
    parts.push({ what: c.filters.state, value, without: { statuses: [] } });
  }
  if (own === null && filter.days !== null) parts.push({ what: c.filters.ends, value: c.within(filter.days), without: { days: null } });
  if (filter.ends) parts.push({ what: "", value: c.endsSpan(calendarDay(filter.ends.from, locale), calendarDay(lastDay(filter.ends), locale)), without: { ends: null } });
  if (filter.profiles.length) parts.push({ what: c.filters.use, value: filter.profiles.map((profile) => useOf(profile, t)).join(t.lists.or), without: { profiles: [] } });
  if (filter.department !== null) parts.push({ what: c.filters.department, value: departments.find((one) => one.id === filter.department)?.name ?? filter.department, without: { department: null } });
  if (filter.kind !== "subscriber") parts.push({ what: c.filters.whose, value: c.whose[filter.kind], without: { kind: "subscriber", profiles: [] } });
  return parts;
}
