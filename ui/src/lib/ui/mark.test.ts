import { render } from "svelte/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Certificate } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { now } from "$lib/live.svelte";
import { messages } from "$lib/messages/all";
import CertMark, { wordOf } from "./CertMark.svelte";

const one = (more: Partial<Certificate>): Certificate => ({ serial: "A", status: "active", profile: "signing", subject: "CN=Alice", san: [], subscriber: "1", notBefore: "", notAfter: "2027-03-12T00:00:00Z", enrollment: null, kind: "subscriber", readsMail: false, serves: [], madeHere: false, ours: true, revokedAt: null, ...more });

describe("the mark of a certificate", () => {
  afterEach(() => vi.restoreAllMocks());
  now.ms = Date.parse("2026-03-12T00:00:00Z");
  const soon = "2026-04-01T00:00:00Z";

  it("calls valid what we issued, and of another CA's says only that it has not ended", () => {
    const said = (certificate: Certificate) => [messages.en, messages.fr].map((t) => wordOf(certificate, t, now.ms));
    expect(said(one({}))).toEqual(["Valid", "Valide"]);
    expect(said(one({ notAfter: soon }))).toEqual(["Ends", "Échéance"]);
    for (const notAfter of ["2027-03-12T00:00:00Z", soon]) expect(said(one({ ours: false, notAfter }))).toEqual(["Not ended", "Non échu"]);
    expect(said(one({ ours: false, status: "expired" }))).toEqual(["Ended", "Échu"]);
  });
  it("is green for ours alone", () => {
    vi.spyOn(words, "t", "get").mockReturnValue(messages.en);
    const look = (certificate: Certificate) => /class="(?:stamp|mark) (\w+)/.exec(render(CertMark, { props: { certificate, stamp: true } }).body)?.[1];
    expect([look(one({})), look(one({ ours: false })), look(one({ status: "revoked" }))]).toEqual(["ok", "plain", "danger"]);
  });
});
