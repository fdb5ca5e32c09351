import { describe, expect, it } from "vitest";
import { requestText } from "./request";

describe("a chosen request", () => {
  it("stays as it is in PEM and in base64", () => {
    for (const text of ["-----BEGIN CERTIFICATE REQUEST-----\nMIIC", "MIICsjCCAZoCAQAw", "0A text that begins with a nought"]) {
      expect(requestText(new TextEncoder().encode(text))).toBe(text);
    }
  });
  it("becomes base64 in DER", () => {
    expect(requestText(new Uint8Array([0x30, 0x82, 0x02, 0xb2]))).toBe("MIICsg==");
  });
});
