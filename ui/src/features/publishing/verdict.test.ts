import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MonitorState, PublicationFailure, Publishing } from "$lib/api";
import { messages } from "$lib/messages/all";
import { explained, failed, said, verdict } from "./verdict";

const of = (...states: MonitorState[]): Publishing => ({
  targets: [],
  published: states.map((state) => ({ address: "a", name: "issuing", state, failure: null, detail: "", number: 1, nextUpdate: null, checkedAt: null, namedUntil: null })),
  status: [],
  delta: null,
  statusUrl: null,
  inCertificates: false,
  inCertificatesSetting: "auto",
  lasting: false,
});

describe("what relying parties find", () => {
  it("is as good as the worst of it", () => {
    expect(verdict(of())).toBe("nowhere");
    expect(verdict(of("fresh", "fresh"))).toBe("fine");
    expect(verdict(of("fresh", "unchecked"))).toBe("unchecked");
    expect(verdict(of("fresh", "unchecked", "stale", "unreachable"))).toBe(2);
  });
  it("asks for the root’s key where a list of the root is old, and only there", () => {
    const stale = (name: string) => of("stale").published.map((crl) => ({ ...crl, name }));
    for (const t of [messages.en, messages.fr]) {
      const { explain, staleRoot } = t.publishing;
      expect(explained("stale", stale("issuing"), t)).toBe(explain.stale);
      expect(explained("stale", [...stale("issuing"), ...stale("root")], t)).toBe(`${explain.stale} ${staleRoot}`);
      expect(explained("otherNumber", stale("root"), t)).toBe(explain.otherNumber);
      expect(explained("stale", [...stale("issuing"), ...of("fresh").published.map((crl) => ({ ...crl, name: "root" }))], t)).toBe(explain.stale);
    }
    expect(messages.en.publishing.staleRoot).toContain("the root’s key");
  });
  it("is told in the officer’s language, with what the other side said", () => {
    expect(said("507 Insufficient Storage: the server is full", messages.fr)).toBe("507 Insufficient Storage: le serveur est plein");
    expect(said("/srv/pki/issuing.crl cannot be written: the disk there is full, make room", messages.fr)).toBe("/srv/pki/issuing.crl l’écriture est impossible\u202F: le disque y est plein, faites de la place");
    expect(said("/srv/pki/root.crl cannot be removed: Permission denied", messages.fr)).toBe("/srv/pki/root.crl le retrait est impossible: Permission denied");
    expect(said("something new", messages.fr)).toBe("something new");
  });
  it("says of every failure what it means and what to do, in English as the program does and in French", () => {
    const source = readFileSync(new URL("../../../../crates/ra/src/publication/failure.rs", import.meta.url), "utf8");
    const sentences = [...source.matchAll(/=> "([a-z][^"{}]+)",/g)].map((found) => found[1] ?? "");
    const words = Object.keys(messages.en.publishing.failures) as PublicationFailure[];
    expect(words.length).toBe(19);
    for (const word of words) {
      const [en, fr] = [messages.en, messages.fr].map((t) => failed({ failure: word, detail: "" }, t));
      expect(sentences, word).toEqual(expect.arrayContaining([en?.why, en?.next?.replaceAll("’", "'")]));
      expect([fr?.why, fr?.next].every((text) => text && text !== en?.why && text !== en?.next), word).toBe(true);
    }
    expect(failed({ failure: "full", detail: "507 Insufficient Storage" }, messages.en)).toEqual({ why: "507 Insufficient Storage: the server is full", next: "make room there" });
    expect(failed({ failure: "serverFault", detail: "500 Internal Server Error" }, messages.fr).why).toBe("500 Internal Server Error\u202F: le serveur est lui-même en panne");
  });
  it("keeps what an earlier version recorded", () => {
    const before = { failure: null, detail: "507 Insufficient Storage: the server is full" };
    expect(failed(before, messages.fr)).toEqual({ why: "507 Insufficient Storage: le serveur est plein", next: null });
  });
});
