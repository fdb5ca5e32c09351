// For whom the settings on the screen are: the organization, or one department; and whose value each one is.
import { api, type SettingFate, type Settings, type SettingView } from "$lib/api";
import { shell } from "$lib/shell.svelte";

/** Stands for the organization where departments are chosen from. */
export const ORGANIZATION = "organization";

class Place {
  /** What the officer chose; see {@link department}. */
  chosen = $state<string>(ORGANIZATION);
  settings = $state<Settings | undefined>();
  views = $state<readonly SettingView[]>([]);
  /** The password for removal that was made just now; it is shown until the officer goes elsewhere, and never again. */
  made = $state<string | null>(null);

  /** There is something to choose. */
  get several(): boolean {
    return (shell.session?.departments.length ?? 0) > 1;
  }
  /** The department; null: the organization. Where there is one department alone, that one. */
  get department(): string | null {
    const all = shell.session?.departments ?? [];
    if (all.length === 1) return all[0]?.id ?? null;
    return all.some((department) => department.id === this.chosen) ? this.chosen : null;
  }
  /** How a setting stands here. */
  view(key: string): SettingView | undefined {
    return this.views.find((view) => view.key === key);
  }
  /** May be changed here. */
  has(key: string): boolean {
    return !this.several || this.department === null || this.view(key)?.level === "department";
  }

  async load(): Promise<void> {
    this.#take(await api.settingsOf(this.department));
  }
  /** Changes one where it belongs; throws what was refused. */
  async save(key: string, value: string, fate: SettingFate = "set"): Promise<void> {
    const department = this.view(key)?.level === "organization" ? null : this.department;
    const now = await api.changeSetting({ department, key, fate, value });
    if (now.removalPassword !== null) this.made = now.removalPassword;
    else if (key === "removal" || key === "removal.password") this.made = null;
    if (department === this.department) this.#take(now);
    else await this.load();
  }

  #take(of: { settings: Settings; views: readonly SettingView[] }): void {
    this.settings = of.settings;
    this.views = of.views;
  }
}
export const place = new Place();
