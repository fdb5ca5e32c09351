import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "./all";

const ra = new URL("../../../../crates/ra/src/", import.meta.url);
const files = readdirSync(ra, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".rs") && !/(^|\/)(tests|testing)(\/|\.rs)/.test(file))
  .map((file) => [file, readFileSync(new URL(file, ra), "utf8").split("#[cfg(test)]\nmod tests {")[0] ?? ""] as const);

/** Arguments of a call in Rust that begins after `from`, however many lines it spans. */
function args(source: string, from: number): string[] {
  const found = [""];
  let depth = 0;
  for (const [token = ""] of source.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|\/\/.*|[^"/]|\//g)) {
    if (token.startsWith("//")) continue;
    if (")]}".includes(token) && --depth < 0) break;
    if ("([{".includes(token)) depth += 1;
    if (token === "," && !depth) found.push("");
    else found[found.length - 1] += token;
  }
  return found.map((arg) => arg.trim());
}

const EVENT = /"([a-z_]+\.[a-z_]+)"/g;
/** What looks like an event in a file that passes one on, and is a file. */
const FILE = /\.(lock|crl|crt|db|json|pem)$/;

/** Every event that the authority writes, and the calls whose event could not be found. */
function written(): { events: string[]; unclear: string[] } {
  const events = new Set<string>();
  const unclear: string[] = [];
  for (const [file, source] of files) {
    for (const call of source.matchAll(/\bledger::append\(/g)) {
      const event = args(source, call.index + call[0].length)[3] ?? "";
      const literal = /^"([^"]*)"$/.exec(event)?.[1];
      // Chosen before, or passed on: then the names stand in the same file.
      const names = literal ? [literal] : [...source.matchAll(EVENT)].map((found) => found[1] ?? "").filter((name) => !FILE.test(name));
      if (!names.length) unclear.push(`${file}: ${event}`);
      for (const name of names) events.add(name);
    }
    // The life of a certificate has its end, and a beginning that the ledger may not know.
    for (const [, name = ""] of source.matchAll(/\bplain\([^"\n]*"(certificate\.[a-z_]+)"/g)) events.add(name);
  }
  return { events: [...events].sort(), unclear };
}

describe("what the ledger records", () => {
  const { events, unclear } = written();
  it("has words for every event that the authority writes", () => {
    expect(unclear, "say here where these calls have their events from").toEqual([]);
    expect(events.length, "the sources are read").toBeGreaterThan(60);
    expect(events).toEqual(expect.arrayContaining(["certificate.ends", "batch.stopped", "gate.overridden", "enrollment.signed_in", "certificate.held", "bundle.renamed"]));
    expect(events.filter((event) => !(event in messages.en.events.names)), "add these to en/events.ts and fr/events.ts").toEqual([]);
  });
  it("has the same words for no two events", () => {
    for (const { events } of [messages.en, messages.fr]) expect(new Set(Object.values(events.names)).size).toBe(Object.keys(events.names).length);
  });
});
