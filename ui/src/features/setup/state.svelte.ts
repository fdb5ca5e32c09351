// The setup: its steps, its draft, what may go on. Every step is saved, so that it can be resumed.
import { api, ApiError, type SetupDraft } from "$lib/api";
import { shell } from "$lib/shell.svelte";

export const STEPS = ["department", "reach", "tls", "authority", "root", "certificate", "done"] as const;
export type StepName = (typeof STEPS)[number];

const empty: SetupDraft = { step: 0, organization: "", department: "", mailDomains: [], host: "", https: "", http: "", tls: "private", caKey: "rsa3072", contact: "", training: false };

const isV4 = (host: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(host) && host.split(".").every((part) => Number(part) <= 255);
const isV6 = (host: string): boolean => /^[0-9a-f:.]{2,45}$/i.test(host) && host.split(":").length > 2;
export const isAddress = (host: string): boolean => isV4(host) || isV6(host);
export const isHost = (host: string): boolean => isAddress(host) || (!/^[\d.]+$/.test(host) && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host));
/** A name that will still be right in some years: it may stand in certificates. */
export const isLasting = (host: string): boolean => !isAddress(host) && host.includes(".") && !/\.(local|localhost|lan|home|internal)$/i.test(host);
export const isDomain = (domain: string): boolean => /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/i.test(domain);
export const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;

/** "192.0.2.4:8443", "[2001:db8::1]:8443". */
export const listener = (address: string, port: string): string => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
/** Its two parts. */
export function parts(listen: string): { address: string; port: string } {
  const at = listen.lastIndexOf(":");
  return at < 0 ? { address: "", port: "" } : { address: listen.slice(0, at).replace(/^\[|\]$/g, ""), port: listen.slice(at + 1) };
}

export class SetupState {
  draft = $state<SetupDraft>({ ...empty });
  loaded = $state(false);
  error = $state<ApiError | null>(null);
  busy = $state(false);

  /** Steps of this setup: the import only where a public certificate was chosen. */
  get steps(): StepName[] {
    return STEPS.filter((step) => step !== "certificate" || this.draft.tls === "public");
  }
  get step(): StepName {
    return this.steps[Math.min(this.draft.step, this.steps.length - 1)] ?? "department";
  }

  async load() {
    try {
      const draft = await api.setupDraft();
      // The department is made once: before it is made, no later step can be reached, and after it no earlier one.
      const made = shell.session?.department !== null;
      const making = STEPS.indexOf("authority");
      this.draft = { ...draft, step: made ? Math.max(draft.step, making + 1) : Math.min(draft.step, making) };
      this.loaded = true;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    }
  }

  /** Keeps the draft and goes to a step. */
  async to(step: number) {
    this.busy = true;
    try {
      const draft = { ...this.draft, step };
      await api.saveSetupDraft(draft);
      this.draft = draft;
      this.error = null;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.busy = false;
    }
  }
  next = () => this.to(this.draft.step + 1);
  back = () => this.to(Math.max(0, this.draft.step - 1));

  /** Makes the department; the slow part. */
  async create() {
    this.busy = true;
    this.error = null;
    try {
      await api.createDepartment($state.snapshot(this.draft));
      await shell.refresh();
      this.draft.step += 1;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.busy = false;
    }
  }
}
