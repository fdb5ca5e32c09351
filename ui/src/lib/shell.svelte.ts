// What every screen shares: the session, the server's state, the open layers, the keys in the foot.
import { api, ApiError, type Api, type ServerStatus, type Session, type StatusBrief } from "./api";

export type Layer = "palette" | "invite" | "keys" | "person" | null;
export type FootKey = readonly [key: string, does: string];

class Shell {
  session = $state<Session | null>(null);
  /** The folder could not be opened. */
  failure = $state<ApiError | null>(null);
  server = $state<ServerStatus | null>(null);
  /** What the foot and Today say of CRLs and publication. */
  status = $state<StatusBrief | null>(null);
  layer = $state<Layer>(null);
  keys = $state<readonly FootKey[]>([]);
  /** The setup is on show: also after the department was made, until its last step, and again when the window was closed before that. */
  settingUp = $state(false);

  /** Reads the session, and the server's state where there is one; from the program, or from what it was asked before. */
  async refresh(from: Pick<Api, "session" | "serverStatus" | "statusBrief"> = api) {
    try {
      const session = await from.session();
      if (!session.department || (!this.session && session.settingUp)) this.settingUp = true;
      this.session = session;
      if (session.department) [this.server, this.status] = await Promise.all([from.serverStatus(), from.statusBrief()]);
      this.failure = null;
    } catch (thrown) {
      this.failure = ApiError.from(thrown);
    }
  }

  /** The setup has been gone through; throws what went wrong. */
  async endSetup() {
    await api.endSetup();
    this.settingUp = false;
  }

  /** Starts or stops the server; throws what went wrong. */
  async serve(on: boolean) {
    this.server = on ? await api.startServer() : await api.stopServer();
  }
}

export const shell = new Shell();

/** Shows these keys in the foot while the component is there. */
export function footKeys(keys: () => readonly FootKey[]): void {
  $effect(() => {
    shell.keys = keys();
    return () => (shell.keys = []);
  });
}
