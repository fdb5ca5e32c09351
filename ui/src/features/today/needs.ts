// What needs the officer, most urgent first.
import type { Department, Enrollment, Today } from "$lib/api";
import { ago } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";
import { to } from "$lib/router.svelte";
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

export function needs(today: Today, walks: readonly Enrollment[], running: boolean, department: Department | null, now: number): Need[] {
  const stuck = walks
    .filter((walk) => walk.state === "authenticated" && walk.downloadEndsAt && now - new Date(walk.updatedAt).getTime() > QUIET && new Date(walk.downloadEndsAt).getTime() > now)
    .sort((a, b) => (a.downloadEndsAt ?? "").localeCompare(b.downloadEndsAt ?? ""));
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
    today.expiring > 0 && {
      key: "expiring",
      tone: "warn",
      icon: "calendar-clock",
      word: (t) => t.certs.ends,
      name: (t) => t.today.expiringName(today.expiring),
      text: (t) => t.today.expiringText,
      act: (t) => t.today.open,
      href: to("certificates"),
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
