// The one door to the program: nothing else imports the bindings or Tauri.
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { getCurrentWindow } from "@tauri-apps/api/window";
// The window without the program, for looking at it in a browser; empty but in `vite --mode mock` (vite.config.ts).
import { pretended } from "$pretended";
import { commands, events, type Code, type CommandError, type Result } from "../bindings";

export type * from "../bindings";

type Answer<R> = Extract<R, { status: "ok" }> extends { data: infer D } ? D : never;
type Called<F> = F extends (...args: infer A) => Promise<infer R> ? (...args: A) => Promise<Answer<R>> : never;

/** Every command, answering with its value or throwing an {@link ApiError}. */
export type Api = { [K in keyof typeof commands]: Called<(typeof commands)[K]> };

/** What else the window asks of its host. */
export interface Host {
  /** Calls back whenever the data changed, also by another process. */
  onChanged(tell: () => void): void;
  /** Shows the window, which is made hidden. */
  show(): Promise<void>;
  /** Closes the window. */
  close(): Promise<void>;
  /** Text size: zoom of the whole webview, 1 is normal. */
  zoom(factor: number): Promise<void>;
}

/** A refused command. */
export class ApiError extends Error {
  readonly code: Code;
  readonly field: string | null;
  readonly incident: string | null;
  constructor(refused: CommandError) {
    super(refused.message);
    this.code = refused.code;
    this.field = refused.field;
    this.incident = refused.incident;
  }
  /** Whatever was thrown, as a refusal: what we do not know is an internal error. */
  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    return new ApiError({ code: "internal", message: "", field: null, incident: null });
  }
}

/** A part of an answer, or its refusal, thrown as that of a command is. */
export function part<T>(answer: Result<T, CommandError>): T {
  if (answer.Err) throw new ApiError(answer.Err);
  return answer.Ok;
}

type Raw = (...args: unknown[]) => Promise<{ status: "ok"; data: unknown } | { status: "error"; error: CommandError }>;

function program(): Api {
  const wrapped = Object.entries(commands).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      const answer = await (call as unknown as Raw)(...args);
      if (answer.status === "error") throw new ApiError(answer.error);
      return answer.data;
    },
  ]);
  return Object.fromEntries(wrapped) as Api;
}

const webview: Host = {
  onChanged: (tell) => void events.changed.listen(tell),
  show: () => getCurrentWindow().show(),
  close: () => getCurrentWindow().close(),
  zoom: (factor) => getCurrentWebview().setZoom(factor),
};

export const api: Api = pretended?.api ?? program();
export const host: Host = pretended?.host ?? webview;
