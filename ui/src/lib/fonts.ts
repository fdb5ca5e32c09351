// The typefaces of the window (styles/tokens.css); each is one file for all weights.

/** Text and titles: every screen. */
export const TEXT = ["Source Sans 3 Variable", "Source Serif 4 Variable"];
/** Serial numbers and code: every screen but the first. */
export const CODE = ["Source Code Pro Variable"];

/**
 * Reads them before anything is set in them. What is laid out earlier is laid out twice, the first time in typefaces that the web view
 * searches the system for, for every size and weight; that takes longer than reading ours. Never fails: there is always another one.
 */
export async function faces(names: readonly string[]): Promise<void> {
  // Before the style sheet has been read none is known, and asking for one is answered at once.
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  await Promise.allSettled(names.map((name) => document.fonts.load(`1rem "${name}"`)));
}
