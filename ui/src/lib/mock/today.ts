// Today.
import type { Api } from "../api";
import * as data from "./data";
import { waiting } from "./life";
import { requests } from "./server";

export const today = {
  today: async () => ({
    people: data.people.length,
    waiting: data.details.filter((d) => d.enrollment.state === "invited").length,
    inProgress: data.details.filter((d) => ["opened", "authenticated", "identified", "issued"].includes(d.enrollment.state)).length,
    configuredThisWeek: data.details.filter((d) => d.enrollment.state === "configured").length,
    expiring: data.certificates.filter((c) => new Date(c.notAfter).getTime() < Date.now() + 30 * 86_400_000).length,
    renewals: data.certificates.filter((c) => c.status === "active" && new Date(c.notAfter).getTime() < Date.now() + 30 * 86_400_000).length,
    renewalDays: 30,
    pendingRequests: requests.length,
    actsWaiting: waiting.length,
    perhapsLost: 0,
    perhapsLostUntil: null,
    recent: data.details.slice(0, 12).map((d) => ({ at: d.enrollment.updatedAt, kind: d.steps.at(-1)?.kind ?? "invited", enrollment: d.enrollment.id, name: d.enrollment.name, state: d.enrollment.state })),
  }),
} satisfies Partial<Api>;
