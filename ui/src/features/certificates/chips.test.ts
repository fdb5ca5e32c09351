import { describe, expect, it } from "vitest";
import { messages } from "$lib/messages/all";
import { chips } from "./chips";
import { usual } from "./filter";

const read = (change: Partial<typeof usual>, language: "en" | "fr" = "en") => chips({ ...usual, ...change }, messages[language]).map((part) => `${part.what} ${part.value}`);

describe("filters as chips", () => {
  it("read as a sentence", () => {
    expect(read({ days: 90 })).toEqual(["Ends within 90 days"]);
    expect(read({ statuses: ["held", "revoked"], profiles: ["signing", "authentication"] })).toEqual(["State On hold or Revoked", "Use Mail signing or Wi-Fi and VPN"]);
    expect(read({ days: 365 }, "fr")).toEqual(["Échéance d’ici un an"]);
  });
  it("do not repeat what the view says", () => {
    expect(read({ statuses: ["held"] })).toEqual([]);
    expect(read({ days: 30 })).toEqual([]);
    expect(read({ statuses: ["held"], days: 30 })).toHaveLength(2);
  });
  it("name the department", () => {
    const [part] = chips({ ...usual, department: "7" }, messages.en, [{ id: "7", name: "Optics" }]);
    expect(part).toEqual({ what: "Department", value: "Optics", without: { department: null } });
  });
  it("know what dropping them changes", () => {
    const [whose] = chips({ ...usual, kind: "authority", profiles: [] }, messages.en);
    expect(whose?.without).toEqual({ kind: "subscriber", profiles: [] });
  });
});
