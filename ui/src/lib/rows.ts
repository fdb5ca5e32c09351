// Moving through the rows of a list. A register moves by itself; elsewhere rows are links or buttons marked with data-row.

/** A list that answers to keys wherever the focus is. */
export interface Movable {
  /** A key for moving or choosing; `true`: it was one. */
  key(event: KeyboardEvent): boolean;
}
let movable: Movable | null = null;

/** The list on show takes the keys, until the returned function is called. */
export function takesKeys(list: Movable): () => void {
  movable = list;
  return () => {
    if (movable === list) movable = null;
  };
}

/** J, K and the like, when nobody types; `true`: the key was used. */
export function moveByKey(event: KeyboardEvent): boolean {
  if (movable) return movable.key(event);
  if (event.key !== "j" && event.key !== "k") return false;
  moveRow(event.key === "j" ? 1 : -1);
  return true;
}

/** Focuses the row after (1) or before (-1) the focused or chosen one. */
function moveRow(step: 1 | -1): void {
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
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "file"].includes(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName));
}

/** To the next pane (1) or the one before (-1): rail, list, detail. */
export function movePane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(".rail, main .head, main [data-list], main .pane:not([data-list])")].filter((pane) => pane.offsetParent !== null);
  if (!panes.length) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + step + panes.length) % panes.length];
  if (!next) return;
  const inside = next.querySelector<HTMLElement>("a[aria-current], [data-row][tabindex='0'], a[href], button:not([disabled]), input, select");
  if (inside) return inside.focus();
  next.tabIndex = -1;
  next.focus();
}
