// For whom the settings on the screen are: the organization, or one department; and whose value each one is.
import { api, type SettingFate, type Settings, type SettingTyped, type SettingView } from "$lib/api";
import { shell } from "$lib/shell.svelte";

/** Stands for the organization where departments are chosen from. */
export const ORGANIZATION = "organization";

class Place {
  /** What the officer chose; see {@link department}. */
  chosen = $state<string>(ORGANIZATION);
  /** As they came last: of {@link shown}, until those of another place are here. */
  settings = $state<Settings | undefined>();
  views = $state<readonly SettingView[]>([]);
  /** The password for removal that was made just now; it is shown until the officer goes elsewhere, and never again. */
  made = $state<string | null>(null);
  /** Whose settings are here: a department's id, or the organization; `null`: none yet. */
  shown = $state<string | null>(null);
  #turn = 0;

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
  /** What is here is that of the place that is chosen. */
  get ready(): boolean {
    return this.shown === (this.department ?? ORGANIZATION);
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
    const turn = ++this.#turn;
    const { department } = this;
    const found = await api.settingsOf(department);
    // An answer for where the officer was before, or from before a change, is none.
    if (turn === this.#turn) this.#take(department, found);
  }
  /** Changes one where it belongs; throws what was refused. */
  async save(key: string, value: string, fate: SettingFate = "set"): Promise<void> {
    const department = this.view(key)?.level === "organization" ? null : this.department;
    const here = this.department;
    const now = await api.changeSetting({ department, key, fate, value });
    if (here === this.department) {
      if (now.removalPassword !== null) this.made = now.removalPassword;
      else if (key === "removal" || key === "removal.password") this.made = null;
    }
    if (department !== this.department) return this.load();
    this.#turn += 1;
    this.#take(department, now);
  }

  /** Changes several that belong together where they are shown, all or none; throws what was refused. */
  async saveAll(typed: SettingTyped[]): Promise<void> {
    const { department } = this;
    const now = await api.changeSettings(department, typed);
    if (department !== this.department) return this.load();
    this.#turn += 1;
    this.#take(department, now);
  }

  #take(department: string | null, of: { settings: Settings; views: readonly SettingView[] }): void {
    this.shown = department ?? ORGANIZATION;
    this.settings = of.settings;
    this.views = of.views;
  }
}
export const place = new Place();
