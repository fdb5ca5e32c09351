// What becomes of what was typed into a setting's field.

/** On leaving the field or Enter: it stands there already, it is being saved (Enter, and then the field is left), or it is to be saved. */
export function leaving(typed: string, standing: string, saving: string | null): "stands" | "underWay" | "save" {
  const wanted = typed.trim();
  if (wanted === standing.trim()) return "stands";
  return wanted === saving ? "underWay" : "save";
}

/**
 * What stands in the field once `wanted` was saved: what was typed since then (`null`: nothing), or what stands there now. That is not what
 * was wanted where it waits for a second officer, was left empty and has what is inherited, or is a password, which is never shown again.
 */
export function saved(since: string | null, wanted: string, standing: string): string {
  return since !== null && since.trim() !== wanted ? since : standing;
}
