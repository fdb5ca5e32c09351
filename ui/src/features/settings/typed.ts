// What becomes of what was typed into a setting's field.

/** On leaving the field or Enter: it stands there already, it is being saved (Enter, and then the field is left), or it is to be saved. */
export function leaving(typed: string, standing: string, saving: string | null): "stands" | "underWay" | "save" {
  const wanted = typed.trim();
  if (wanted === standing.trim()) return "stands";
  return wanted === saving ? "underWay" : "save";
}

/**
 * What stands in the field once `wanted` was saved; what was typed meanwhile stays.
 * What waits for a second officer is not there yet, what was left empty has what is inherited, and a password is never shown again.
 */
export function saved(typed: string, wanted: string, standing: string, { waits, secret }: { waits: boolean; secret: boolean }): string {
  return waits || ((secret || !wanted) && typed.trim() === wanted) ? standing : typed;
}
