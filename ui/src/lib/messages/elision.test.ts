import { describe, expect, it } from "vitest";
import { de, que } from "./elision";

describe("élision", () => {
  it("devant une voyelle, aussi accentuée, et devant y avec consonne", () => {
    expect(["Alice Martin", "Émile", "Œdipe", "Özgür", "Yves", "alice.p12"].map(de)).toEqual(["d’Alice Martin", "d’Émile", "d’Œdipe", "d’Özgür", "d’Yves", "d’alice.p12"]);
    expect(que("alice@example.edu")).toBe("qu’alice@example.edu");
  });
  it("ni devant une consonne, ni devant h, ni devant ce qui n’est pas une lettre", () => {
    expect(["Bob", "Yannick", "Hans", "https://ra.example.edu", "3M", ""].map(de)).toEqual(["de Bob", "de Yannick", "de Hans", "de https://ra.example.edu", "de 3M", "de "]);
    expect(que("bob@example.edu")).toBe("que bob@example.edu");
  });
});
