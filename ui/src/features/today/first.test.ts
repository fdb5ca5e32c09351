import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CommandError, FirstScreen, Session } from "$lib/api";

const invoke = vi.fn();
vi.mock("@tauri-apps/api/core", () => ({ invoke: (...args: unknown[]) => invoke(...args) }));

const refusal = (code: CommandError["code"]): { Err: CommandError } => ({ Err: { code, message: "", field: null, incident: null } });
const session = { officer: "rosa", department: { department: "Physics" }, departments: [], settingUp: false } as unknown as Session;
const today = { people: 94 };
const underWay = { batches: [], walks: [] };
const server = { running: true };
const status = { warnings: 2 };
const whole = { session: { Ok: session }, today: { Ok: today }, underWay: { Ok: underWay }, server: { Ok: server }, status: { Ok: status } } as unknown as FirstScreen;

/** A page that was just opened, and the program that answers it. */
async function opened(screen: () => Promise<FirstScreen>) {
  vi.resetModules();
  invoke.mockImplementation((command: string) => (command === "first_screen" ? screen() : Promise.resolve(`asked ${command}`)));
  const [{ first }, { asked }, { api }, { shell }] = await Promise.all([import("./first"), import("$lib/ahead"), import("$lib/api"), import("$lib/shell.svelte")]);
  return { first, asked, api, shell, commands: () => invoke.mock.calls.map(([command]) => String(command)) };
}

describe("the first screen", () => {
  beforeEach(() => void invoke.mockReset());

  it("is one message, and nothing of it is asked a second time", async () => {
    const { first, asked, api, shell, commands } = await opened(async () => whole);
    await first();
    expect([shell.session, shell.server, shell.status, shell.failure]).toEqual([session, server, status, null]);
    expect([await asked(api.today), await asked(api.underWay)]).toEqual([today, underWay]);
    expect(commands()).toEqual(["first_screen"]);
    expect(await asked(api.today), "later it is asked by its own command").toBe("asked today");
  });
  it("tells the refusal of a part to whoever shows that part", async () => {
    const { first, asked, api, shell } = await opened(async () => ({ ...whole, underWay: refusal("databaseBusy") }));
    const reading = first();
    const shown = [asked(api.today), asked(api.underWay)];
    await expect(shown[1]).rejects.toMatchObject({ code: "databaseBusy" });
    expect(await shown[0]).toEqual(today);
    await reading;
    expect([shell.session, shell.failure]).toEqual([session, null]);
  });
  it("is asked again for a part that was refused before anybody showed it", async () => {
    const { first, asked, api, commands } = await opened(async () => ({ ...whole, today: refusal("databaseBusy") }));
    await first();
    expect([await asked(api.today), await asked(api.underWay)]).toEqual(["asked today", underWay]);
    expect(commands()).toEqual(["first_screen", "today"]);
  });
  it("shows who is at work although the server's state was refused", async () => {
    const { first, shell } = await opened(async () => ({ ...whole, server: refusal("databaseDamaged") }));
    await first();
    expect([shell.session, shell.server, shell.failure?.code]).toEqual([session, null, "databaseDamaged"]);
  });
  it("asks for nothing more where there is no department", async () => {
    const none = refusal("notSetUp");
    const { first, shell, commands } = await opened(async () => ({ session: { Ok: { ...session, department: null, settingUp: true } }, today: none, underWay: none, server: none, status: none }));
    await first();
    expect([shell.settingUp, shell.failure, shell.server]).toEqual([true, null, null]);
    expect(commands()).toEqual(["first_screen"]);
  });
  it("is a failure of the whole window where the folder cannot be opened", async () => {
    const { first, shell } = await opened(() => Promise.reject(refusal("folder").Err));
    await first();
    expect([shell.session, shell.failure?.code]).toEqual([null, "folder"]);
  });
});
