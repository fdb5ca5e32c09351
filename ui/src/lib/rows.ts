// Moving through the rows of a register with J and K. Rows are links or buttons marked with data-row.

/** Focuses the row after (1) or before (-1) the focused or chosen one. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row === document.activeElement);
  const from = at >= 0 ? at : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[from < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, from + step))];
  next?.focus();
  if (next?.dataset.row === "choose") next.click();
}

/** Puts the cursor into the search field of the list. */
export function focusFind(): boolean {
  const field = document.querySelector<HTMLInputElement>("main [data-find]");
  field?.focus();
  field?.select();
  return field !== null;
}

/** Is the officer typing? Then single letters are letters. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
