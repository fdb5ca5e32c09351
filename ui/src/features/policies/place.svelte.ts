// For whom the policies on show are: one of the departments, or the organization, which hands down.
import type { DepartmentRow, PolicyScope } from "$lib/api";
import { shell } from "$lib/shell.svelte";

/** Stands for the organization among the ids of departments. */
export const ORGANIZATION = "organization";

/** What a choice comes to: a department that is gone is the first one. */
export function placeOf(chosen: string | null, departments: readonly DepartmentRow[]): { organization: boolean; department: DepartmentRow | null } {
  return { organization: chosen === ORGANIZATION, department: departments.find((one) => one.id === chosen) ?? departments[0] ?? null };
}

class Place {
  #chosen = $state<string | null>(null);

  get departments(): readonly DepartmentRow[] {
    return shell.session?.departments ?? [];
  }
  get #place() {
    return placeOf(this.#chosen, this.departments);
  }
  /** This is the organization's. */
  get organization(): boolean {
    return this.#place.organization;
  }
  /** The department; also while the organization is on show, for what only departments have. */
  get department(): string | null {
    return this.#place.department?.id ?? null;
  }
  get training(): boolean {
    return this.#place.department?.training ?? false;
  }
  /** Name of the department. */
  get departmentName(): string {
    return this.#place.department?.name ?? "";
  }
  get organizationName(): string {
    return this.#place.department?.organization ?? "";
  }
  /** Name of whom it is for. */
  get name(): string {
    return this.organization ? this.organizationName : this.departmentName;
  }
  /** As the program takes it. */
  get scope(): PolicyScope {
    return { organization: this.organization, department: this.department };
  }
  /** Tells things of one place from those of another. */
  get key(): string {
    return this.organization ? ORGANIZATION : (this.department ?? "");
  }
  choose(key: string): void {
    this.#chosen = key;
  }
}

export const place = new Place();
