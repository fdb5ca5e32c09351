// Where the window is: the hash of the address, so that back and forward work as everywhere.

export const NOUNS = ["today", "people", "certificates", "enrollments", "policies", "server", "ledger", "settings", "guide"] as const;
export type Noun = (typeof NOUNS)[number];

class Route {
  #hash = $state(typeof location === "undefined" ? "" : location.hash);

  constructor() {
    if (typeof window !== "undefined") window.addEventListener("hashchange", () => (this.#hash = location.hash));
  }

  get #parts(): string[] {
    return (this.#hash.replace(/^#\/?/, "").split("?")[0] ?? "").split("/").map(decodeURIComponent);
  }
  /** What narrows it, such as `ends=2026-11-30..2026-12-07`. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.#hash.split("?")[1] ?? "");
  }
  /** The area. */
  get noun(): Noun {
    const first = this.#parts[0];
    return NOUNS.find((noun) => noun === first) ?? "today";
  }
  /** The thing in it. */
  get id(): string | null {
    return this.#parts[1] || null;
  }
  /** A view of the thing. */
  get view(): string | null {
    return this.#parts[2] || null;
  }
}

export const route = new Route();

/** The address of a place. */
export function to(noun: Noun, id?: string | null, view?: string): string {
  return "#/" + [noun, id, view].filter((part): part is string => !!part).map(encodeURIComponent).join("/");
}

/** The address of a place, narrowed. */
export function toWith(noun: Noun, query: Record<string, string>): string {
  return `${to(noun)}?${new URLSearchParams(query)}`;
}

/** Goes there. */
export function go(noun: Noun, id?: string | null, view?: string): void {
  location.hash = to(noun, id, view);
}

/** Opens the guide at the page for a screen, by its address: the one on show. */
export function consult(screen = location.hash): void {
  if (route.noun !== "guide") location.hash = toWith("guide", { of: screen });
}
