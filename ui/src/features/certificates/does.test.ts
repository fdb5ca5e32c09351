import { describe, expect, it } from "vitest";
import type { Affected } from "$lib/api";
import { messages } from "$lib/messages/all";
import { does } from "./does";

const one = (before: string, after: string, profile = "authentication"): Affected => ({ serial: "A", profile, subscriber: "1", name: "Bob", device: null, notAfter: "", before, after, breaks: profile === "transport" ? [] : ["networkAccess"] });
const { life } = messages.en;

describe("what an act does", () => {
  it("is told of what works still", () => {
    expect(does(one("active", "revoked"), "revoke", life)).toBe("Wi-Fi and VPN refuse it at the next check.");
    expect(does(one("superseded", "held"), "hold", life, 2)).toBe("Wi-Fi and VPN refuse them at the next check.");
    expect(does(one("active", "revoked", "transport"), "offboard", life)).toBe(life.transport(1));
  });
  it("is nothing where it stopped already", () => {
    expect(["authentication", "transport"].map((profile) => does(one("held", "revoked", profile), "revoke", life))).toEqual(["", ""]);
  });
  it("brings back what has not ended", () => {
    expect(does(one("held", "active"), "reinstate", life)).toBe("Wi-Fi and VPN let it in again.");
    expect(["authentication", "transport"].map((profile) => does(one("held", "expired", profile), "reinstate", life))).toEqual(["It has ended: nothing works again.", "It has ended: nothing works again."]);
    expect(does(one("held", "expired"), "reinstate", life, 2)).toBe("They have ended: nothing works again.");
    expect(does(one("held", "expired"), "reinstate", messages.fr.life).replace(/[\u00A0\u202F]/g, " ")).toBe("Il est échu : rien n’est rétabli.");
  });
});
