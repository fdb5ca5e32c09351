import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MonitorState, Publishing } from "$lib/api";
import { messages } from "$lib/messages/all";
import { said, verdict } from "./verdict";

const of = (...states: MonitorState[]): Publishing => ({
  targets: [],
  published: states.map((state) => ({ address: "a", name: "issuing", state, detail: "", number: 1, nextUpdate: null, checkedAt: null })),
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
  it("is told in the officer’s language, with what the other side said", () => {
    expect(said("507 Insufficient Storage: the server is full", messages.fr)).toBe("507 Insufficient Storage: le serveur est plein");
    expect(said("/srv/pki/issuing.crl cannot be written: the disk there is full, make room", messages.fr)).toBe("/srv/pki/issuing.crl l’écriture est impossible\u202F: le disque y est plein, faites de la place");
    expect(said("/srv/pki/root.crl cannot be removed: Permission denied", messages.fr)).toBe("/srv/pki/root.crl le retrait est impossible: Permission denied");
    expect(said("something new", messages.fr)).toBe("something new");
  });
  it("has French words for every reason that the courier gives", () => {
    const courier = readFileSync(new URL("../../../../crates/outbound/src/publish.rs", import.meta.url), "utf8");
    const reasons = [...courier.matchAll(/=> "([a-z][^"{}]+)",/g)].map((found) => found[1] ?? "");
    expect(reasons.length).toBeGreaterThan(6);
    for (const reason of reasons) expect(Object.keys(messages.en.publishing.said)).toContain(reason);
  });
});
