import { describe, expect, it } from "vitest";
import { isAddress, isDomain, isHost, isLasting, isPort, listener, parts } from "./state.svelte";

describe("what is typed in the setup", () => {
  it("is a name, an address, or neither", () => {
    expect(["pki.example.edu", "localhost", "192.0.2.4", "2001:db8::1"].every(isHost)).toBe(true);
    expect(["", "pki example", "-a.example", "https://pki.example.edu", "300.1.1.1", "1.2.3"].some(isHost)).toBe(false);
    expect([isAddress("192.0.2.4"), isAddress("pki.example.edu")]).toEqual([true, false]);
  });
  it("lasts when it is a name, not when it is an address or of this network only", () => {
    expect([isLasting("pki.example.edu"), isLasting("192.0.2.4"), isLasting("laptop.local"), isLasting("localhost")]).toEqual([true, false, false, false]);
  });
  it("is a domain with a dot", () => {
    expect([isDomain("example.edu"), isDomain("physics.example.edu")]).toEqual([true, true]);
    expect([isDomain("localhost"), isDomain("a@example.edu"), isDomain("")]).toEqual([false, false, false]);
  });
  it("is a port between 1 and 65535", () => {
    expect(["1", "8443", "65535"].every(isPort)).toBe(true);
    expect(["0", "65536", "-1", "84.3", "", "x"].some(isPort)).toBe(false);
  });
  it("goes to a listen address and back, IPv6 in brackets", () => {
    for (const address of ["192.0.2.4", "2001:db8::1"]) expect(parts(listener(address, "8443"))).toEqual({ address, port: "8443" });
    expect(listener("::1", "8443")).toBe("[::1]:8443");
  });
});
