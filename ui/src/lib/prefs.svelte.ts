// What this officer likes, kept by the webview on this computer: language, theme, rows, text size.
import { host } from "./api";
import type { Locale } from "./messages";

export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "normal" | "roomy";
export const ZOOMS = [0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

interface Kept {
  language: Locale | "system";
  theme: Theme;
  density: Density;
  zoom: number;
}
const usual: Kept = { language: "system", theme: "system", density: "normal", zoom: 1 };
const KEY = "signet.window";

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { ...usual, ...(kept as Partial<Kept>) };
  } catch {
    return { ...usual };
  }
}

/** A new web view; not one that reads the page anew, which stays as large as it was. */
function isNew(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.type === "navigate";
}

class Prefs {
  #kept = $state<Kept>(typeof localStorage === "undefined" ? { ...usual } : read());
  /** What the web view shows, as far as we know: a message at the start that changes nothing would only keep others waiting. */
  #shown: number | null = isNew() ? usual.zoom : null;

  get language() {
    return this.#kept.language;
  }
  get theme() {
    return this.#kept.theme;
  }
  get density() {
    return this.#kept.density;
  }
  get zoom() {
    return this.#kept.zoom;
  }

  /** Changes, keeps and shows. */
  set(change: Partial<Kept>) {
    Object.assign(this.#kept, change);
    localStorage.setItem(KEY, JSON.stringify(this.#kept));
    this.show();
  }

  /** One step larger (1), smaller (-1) or back to normal (0). */
  resize(step: number) {
    const at = ZOOMS.findIndex((z) => z >= this.zoom);
    const next = step === 0 ? 1 : ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, (at < 0 ? 1 : at) + step))];
    this.set({ zoom: next ?? 1 });
  }

  /** Puts all of it on the page. */
  show() {
    const root = document.documentElement;
    if (this.theme === "system") delete root.dataset.theme;
    else root.dataset.theme = this.theme;
    root.dataset.density = this.density;
    if (this.zoom !== this.#shown) void host.zoom(this.zoom);
    this.#shown = this.zoom;
  }
}

export const prefs = new Prefs();
