// Why an entry was refused, as the program says it (English, for scripts and the log too), in the words of the window.

/** The English reason, `{}` for what varies; the French one, `{}` in the same order. */
export type Reasons = readonly (readonly [english: string, translated: string])[];

const HOLE = "{}";
/** Apostrophes are written either way. */
const straight = (text: string): string => text.replaceAll("’", "'");
const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A sentence: begins large, unless with a name such as keyUsage; ends with a full stop, no straight quotes. */
export function sentence(text: unknown): string {
  const trimmed = String(text ?? "").trim();
  if (!trimmed) return "";
  const large = /^[a-z]+[A-Z]/.test(trimmed) ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return `${large.replace(/'/g, "’").replace(/"([^"]*)"/g, "“$1”")}${/[.!?…]$/.test(large) ? "" : "."}`;
}

/** An address that was validated too long ago, and until when that counted. */
export interface Lapsed {
  mailbox: string;
  until: string;
}

/** The program says both with a blank between them, or as the reason why a row of a list was refused. */
export function lapsed(said: string): Lapsed | null {
  const [, mailbox, until] = /^(?:the validation of )?(\S+) (?:ended at )?([^\s;]+)(?:; record a new validation)?$/.exec(String(said)) ?? [];
  return mailbox && until && !Number.isNaN(Date.parse(until)) ? { mailbox, until } : null;
}

/** Translates reasons by `table`; what it lacks is null. */
export function translator(table: Reasons): (text: string) => string | null {
  const entries = table.map(([english, translated]) => [straight(english), translated] as const);
  const whole = new Map(entries.filter(([english]) => !english.includes(HOLE)));
  const open = entries
    .filter(([english]) => english.includes(HOLE))
    // The one with most fixed words fits best.
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([english, translated]) => [new RegExp(`^${english.split(HOLE).map(quoted).join("([\\s\\S]*?)")}$`), translated] as const);
  const translate = (text: string): string | null => {
    const plain = straight(text.trim()).replace(/\.$/, "");
    const said = whole.get(plain);
    if (said !== undefined) return said;
    // An act on many certificates says which one.
    const [, serial, why] = /^([0-9A-F]{2,40}): (.+)$/s.exec(plain) ?? [];
    if (serial && why) {
      const translated = translate(why);
      return translated && `${serial} : ${translated}`;
    }
    for (const [pattern, translated] of open) {
      const found = pattern.exec(plain);
      if (!found) continue;
      // A part may be a reason itself, such as the one behind a serial number.
      const parts = found.slice(1).map((part) => translate(part) ?? part);
      return translated.replaceAll(HOLE, () => parts.shift() ?? "");
    }
    return null;
  };
  return translate;
}
