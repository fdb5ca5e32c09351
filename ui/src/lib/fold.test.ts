import { describe, expect, it } from "vitest";
import { fold, foundAt } from "./fold";

describe("folding", () => {
  it("takes accents and case away, also of letters that Unicode keeps whole", () => {
    expect(fold("  Agnieszka   WÓJCIK ")).toBe("agnieszka wojcik");
    expect(fold("Łukasz Ørsted Đorđe Straße Æsir Œuvre Işık İlker")).toBe("lukasz orsted dorde strasse aesir oeuvre isik ilker");
    expect(fold("Zoe\u0308")).toBe(fold("Zoë"));
    expect(fold("ΟΔΥΣΣΕΥΣ")).toBe(fold("Οδυσσεύς"));
  });
  it("leaves other scripts as they are", () => {
    expect(fold("Иван 田中")).toBe("иван 田中");
  });
  it("finds where a part stands, in letters of the text itself", () => {
    const marked = (text: string, part: string) => {
      const at = foundAt(text, part);
      return at && text.slice(...at);
    };
    expect(marked("Invite Agnieszka Wójcik", "wojcik")).toBe("Wójcik");
    expect(marked("Zoe\u0308 Example", "zoe")).toBe("Zoe\u0308");
    expect(marked("Große Straße", "strasse")).toBe("Straße");
    expect(marked("Straße", "s")).toBe("S");
    expect(marked("Téléphone perdu\u202F: suspendre", "perdu :")).toBe("perdu\u202F:");
    expect(marked("Alice", "bob")).toBeNull();
    expect(marked("Alice", "  ")).toBeNull();
  });
});
