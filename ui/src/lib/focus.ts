// Where the keyboard was before a layer opened, and that it gets back there.

/** What opened a layer: the focused thing, or the button of the menu that it was chosen in, for menus are gone by then. */
export function opener(): HTMLElement | null {
  let now = document.activeElement;
  for (let menu = now?.closest("[role='menu']"); menu; menu = now?.closest("[role='menu']")) {
    const button = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
    if (!button || button === now) break;
    now = button;
  }
  return now instanceof HTMLElement && now !== document.body ? now : null;
}

/** Once a layer is gone: if nothing has the focus, what opened it gets it, or else the list or text that is on show. */
export function giveBack(from: HTMLElement | null): void {
  setTimeout(() => {
    if (document.activeElement !== document.body || document.querySelector("[role='dialog'], [role='alertdialog']")) return;
    if (from?.isConnected) from.focus();
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("#main [data-row][aria-current='true'], #main .pane[tabindex]")?.focus();
  }, 50);
}
