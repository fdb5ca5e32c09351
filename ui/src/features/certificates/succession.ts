// What a renewal or replacement will do, in sentences.
import type { Certificate, Consequences, RenewalForetold, Renewed, Succession } from "$lib/api";
import type { Messages } from "$lib/messages";
import { useOf } from "./names";
import { leftWithout } from "./verbs";

type Named = Pick<Certificate, "subject" | "san">;

/** The new one states other names than the old one. */
export function renamed(will: Named, old: Named): boolean {
  const all = ({ subject, san }: Named) => JSON.stringify([subject, [...san].sort()]);
  return all(will) !== all(old);
}

/** Its key is made here, as the policy of today says; before that is known, as that of the old one was. */
export function madeHere(will: Pick<Succession, "key"> | null, certificate: Pick<Certificate, "madeHere">): boolean {
  return will ? will.key === "madeHere" : certificate.madeHere;
}

/** What the new certificate will be and what becomes of the old one, where that is not revoked by the act. `stated` are the names of the old one;
 * `day` writes a date. */
export function told(will: Succession, stated: Named, t: Messages, day: (at: string) => string): string[] {
  const s = t.life.succession;
  const { old } = will;
  const ends = day(old.notAfter);
  const others = will.consequences.affected.filter((one) => one.serial !== old.serial);
  const also = others.filter((one) => one.after === "superseded").length;
  // On hold before and after: marked as replaced.
  const held = others.filter((one) => one.after === "held").length;
  const becomes = (): string[] => {
    if (old.before === old.after) return old.before in s.already ? [s.already[old.before as keyof typeof s.already](ends)] : [];
    return old.after === "superseded" ? [s.stays(ends)] : [];
  };
  return [
    s.is(will.name, useOf(will.profile, t), will.profileVersion, day(will.notAfter)),
    ...(renamed(will, stated) ? [s.states(will.subject, will.san.map((name) => name.replace(/^\w+:/, "")).join(", "))] : []),
    ...(will.pilot ? [s.pilot] : []),
    s.key[will.key],
    ...becomes(),
    ...(also ? [s.also(also)] : []),
    ...(held ? [s.alsoHeld(held)] : []),
    ...(will.oldKeyReads ? [s.oldKeyReads] : []),
    ...left(will).map(({ use, names }) => (names.length > 1 ? t.life.noneLeftOf[use](names.length) : t.life.noneLeft[use](names[0] ?? ""))),
  ];
}

/** Who has no valid certificate for a use any more: not whoever gets it with the new one. */
function left({ subscriber, serves, consequences }: Succession) {
  return leftWithout({ ...consequences, affected: consequences.affected.filter((one) => one.after === "revoked") }, { subscriber, serves });
}

/** What it revokes, as an act of its own would tell it; who is left without is told by {@link told}. */
export function revoked(will: Succession): Consequences | null {
  const affected = will.consequences.affected.filter((one) => one.after === "revoked");
  return affected.length ? { ...will.consequences, affected, breaks: will.consequences.breaks.filter((what) => what !== "noneLeft") } : null;
}

/** What became of all that were chosen: also of those that were not tried, because it was told that they would be refused. */
export function outcome(tried: readonly Renewed[], told: readonly RenewalForetold[]): Renewed[] {
  return [...tried, ...told.flatMap(({ serial, refused }) => (refused ? [{ serial, certificate: null, refused }] : []))];
}

/** From when until when so many will end. */
export function span(all: readonly Succession[]): { first: string; last: string } | null {
  const ends = all.map((one) => one.notAfter).sort();
  const [first, last] = [ends[0], ends.at(-1)];
  return first && last ? { first, last } : null;
}
