// What needs the officer, most urgent first.
import type { Batch, Department, Enrollment, StatusBrief, Today } from "$lib/api";
import { ago, dayAndClock } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";
import { to, toWith } from "$lib/router.svelte";
import type { IconName } from "$lib/ui/Icon.svelte";

export interface Need {
  key: string;
  tone: "danger" | "warn" | "now" | "plain";
  icon: IconName;
  word: (t: Messages) => string;
  name: (t: Messages) => string;
  text: (t: Messages, locale: Locale, now: number) => string;
  act: (t: Messages) => string;
  /** Where to go; without it the screen knows what to do. */
  href: string | null;
}

const UNANSWERED = 48 * 3_600_000;

/** A phone that downloaded the profile this long ago and did nothing since is stuck. */
const QUIET = 90_000;

/** What there is to look at. */
export interface Known {
  today: Today;
  walks: readonly Enrollment[];
  batches: readonly Batch[];
  status: StatusBrief | null;
  running: boolean;
  department: Department | null;
}

export function needs({ today, walks, batches, status, running, department }: Known, now: number): Need[] {
  // Whatever the state: it does not go back where a new link is made or the phone downloads again, and a download that was used has no end.
  const stuck = walks
    .filter((walk) => walk.downloadEndsAt && now - new Date(walk.updatedAt).getTime() > QUIET && new Date(walk.downloadEndsAt).getTime() > now)
    .sort((a, b) => (a.downloadEndsAt ?? "").localeCompare(b.downloadEndsAt ?? ""));
  // A phone that was sent away has no download that could end: nothing else would tell of it.
  const away = walks.filter((walk) => walk.refused);
  const unanswered = walks.filter((walk) => walk.state === "invited" && now - new Date(walk.createdAt).getTime() > UNANSWERED);
  const all: (Need | false)[] = [
    ...stuck.map((walk): Need => ({
      key: walk.id,
      tone: "danger",
      icon: "timer",
      word: (t) => t.today.stuck,
      name: () => walk.name,
      text: (t, _, at) => `${t.today.stuckText}, ${t.today.left(Math.floor((new Date(walk.downloadEndsAt ?? 0).getTime() - at) / 60_000))}`,
      act: (t) => t.today.open,
      href: to("enrollments", walk.id),
    })),
    ...away.map((walk): Need => ({
      key: walk.id,
      tone: "danger",
      icon: "octagon-x",
      word: (t) => t.today.away,
      name: () => walk.name,
      text: (t) => t.today.awayText,
      act: (t) => t.today.open,
      href: to("enrollments", walk.id),
    })),
    (status?.warnings ?? 0) > 0 && {
      key: "published",
      tone: "danger",
      icon: "triangle-alert",
      word: (t) => t.publishing.needsWord,
      name: (t) => t.publishing.needs(status?.warnings ?? 0),
      text: (t) => t.publishing.needsText,
      act: (t) => t.today.open,
      href: to("server", "publishing"),
    },
    (status?.failing ?? 0) > 0 && {
      key: "failing",
      tone: "warn",
      icon: "triangle-alert",
      word: (t) => t.publishing.needsWord,
      name: (t) => t.publishing.needsFailing(status?.failing ?? 0),
      text: (t) => t.publishing.needsFailingText,
      act: (t) => t.today.open,
      href: to("server", "publishing"),
    },
    status?.rootKeyDue === true && {
      key: "rootCrl",
      tone: "warn",
      icon: "key-round",
      word: (t) => t.publishing.needsWord,
      name: (t) => t.publishing.needsRoot,
      text: (t) => t.publishing.needsRootText,
      act: (t) => t.today.open,
      href: to("server", "publishing"),
    },
    today.perhapsLost > 0 && {
      key: "perhapsLost",
      tone: "warn",
      icon: "clock",
      word: (t) => t.life.verbs.maybeLost,
      name: (t) => t.today.perhapsLostName(today.perhapsLost),
      text: (t, locale) => t.today.perhapsLostText(today.perhapsLostUntil ? dayAndClock(today.perhapsLostUntil, locale) : ""),
      act: (t) => t.today.open,
      href: toWith("certificates", { status: "held" }),
    },
    today.actsWaiting > 0 && {
      key: "acts",
      tone: "warn",
      icon: "users",
      word: (t) => t.today.approval,
      name: (t) => t.today.actsName(today.actsWaiting),
      text: (t) => t.today.actsText,
      act: (t) => t.today.open,
      href: to("certificates"),
    },
    today.pendingRequests > 0 && {
      key: "requests",
      tone: "warn",
      icon: "stamp",
      word: (t) => t.today.approval,
      name: (t) => t.today.requestsName(today.pendingRequests),
      text: (t) => t.today.requestsText,
      act: (t) => t.today.open,
      href: to("settings", "scep"),
    },
    ...batches
      .filter((batch) => batch.state === "running" || batch.state === "stopped")
      .slice(0, 3)
      .map((batch): Need => ({
        key: batch.id,
        tone: batch.state === "running" ? "now" : batch.fault ? "danger" : "warn",
        icon: batch.state === "running" ? "circle-dot" : "circle-pause",
        word: (t) => t.batch.states[batch.state],
        name: (t) => t.batch.runTitle(batch.name),
        text: (t) => [t.batch.said(batch.delivered, batch.total), t.batch.saidRefused(batch.refused)].filter(Boolean).join(" "),
        act: (t) => t.today.open,
        href: to("certificates", "many", batch.id),
      })),
    !running &&
      today.people > 0 && {
        key: "start",
        tone: "warn",
        icon: "server",
        word: (t) => t.today.serverOff,
        name: (t) => t.today.serverOffName,
        text: (t) => t.today.serverOffText,
        act: (t) => t.today.start,
        href: null,
      },
    today.people === 0 && {
      key: "person",
      tone: "now",
      icon: "users",
      word: (t) => t.today.firstPerson,
      name: (t) => t.today.firstPersonName,
      text: (t) => t.today.firstPersonText,
      act: (t) => t.today.add,
      href: null,
    },
    ...unanswered.slice(0, 10).map((walk): Need => ({
      key: walk.id,
      tone: "plain",
      icon: "mail-question-mark",
      word: (t) => t.today.unanswered,
      name: () => walk.name,
      text: (t, locale, at) => t.today.unansweredText(ago(walk.createdAt, at, locale)),
      act: (t) => t.today.open,
      href: to("enrollments", walk.id),
    })),
    today.renewals > 0 && {
      key: "renewals",
      tone: "warn",
      icon: "calendar-clock",
      word: (t) => t.certs.ends,
      name: (t) => t.today.renewalsName(today.renewals),
      text: (t) => t.today.renewalsText,
      act: (t) => t.today.open,
      href: toWith("certificates", { days: String(today.renewalDays) }),
    },
    department?.rootKeyHere === true &&
      !department.training && {
        key: "root",
        tone: "warn",
        icon: "key-round",
        word: (t) => t.today.rootHere,
        name: (t) => t.today.rootHereName,
        text: (t) => t.today.rootHereText,
        act: (t) => t.today.move,
        href: to("settings", "keys"),
      },
  ];
  return all.filter((need): need is Need => need !== false);
}
