// What a renewal or replacement will do, in sentences.
import type { Consequences, Succession } from "$lib/api";
import type { Messages } from "$lib/messages";
import { useOf } from "./names";
import { leftWithout } from "./verbs";

/** What the new certificate will be and what becomes of the old one, where that is not revoked by the act. `day` writes a date. */
export function told(will: Succession, t: Messages, day: (at: string) => string): string[] {
  const s = t.life.succession;
  const { old } = will;
  const ends = day(old.notAfter);
  const also = will.consequences.affected.filter((one) => one.after === "superseded" && one.serial !== old.serial).length;
  const becomes = (): string[] => {
    if (old.before === old.after) return old.before in s.already ? [s.already[old.before as keyof typeof s.already](ends)] : [];
    return old.after === "superseded" ? [s.stays(ends)] : [];
  };
  return [
    s.is(will.name, useOf(will.profile, t), will.profileVersion, day(will.notAfter)),
    ...(will.pilot ? [s.pilot] : []),
    s.key[will.key],
    ...becomes(),
    ...(also ? [s.also(also)] : []),
    ...(will.oldKeyReads ? [s.oldKeyReads] : []),
    ...left(will).map(({ names, profile }) => (names.length > 1 ? t.life.noneLeftOf(names.length, useOf(profile, t)) : t.life.noneLeft(names[0] ?? "", useOf(profile, t)))),
  ];
}

/** Who has no valid certificate of a use any more: not whoever gets the new one. */
function left({ name, profile, consequences }: Succession) {
  const others = consequences.affected.filter((one) => one.after === "revoked" && !(one.name === name && one.profile === profile));
  return leftWithout({ ...consequences, affected: others });
}

/** What it revokes, as an act of its own would tell it; who is left without is told by {@link told}. */
export function revoked(will: Succession): Consequences | null {
  const affected = will.consequences.affected.filter((one) => one.after === "revoked");
  return affected.length ? { ...will.consequences, affected, breaks: will.consequences.breaks.filter((what) => what !== "noneLeft") } : null;
}

/** From when until when so many will end. */
export function span(all: readonly Succession[]): { first: string; last: string } | null {
  const ends = all.map((one) => one.notAfter).sort();
  const [first, last] = [ends[0], ends.at(-1)];
  return first && last ? { first, last } : null;
}
