import { beforeEach, describe, expect, it, vi } from "vitest";

const invoke = vi.fn();
vi.mock("@tauri-apps/api/core", () => ({ invoke: (...args: unknown[]) => invoke(...args) }));

const { shell } = await import("$lib/shell.svelte");
const { SetupState } = await import("./state.svelte");

const department = { organization: "Example University", department: "Physics", mailDomains: ["example.edu"], hosts: ["pki.example.edu"], training: false, createdAt: "2026-11-20T08:00:00Z", publicTls: false, rootKeyHere: true };
const draft = { step: 0, organization: "", department: "", mailDomains: [], host: "", https: "", http: "", tls: "public", caKey: "rsa3072", contact: "", training: false };

/** A program whose wizard stands at `step`, before or after the department was made. */
function program(step: number, made: boolean, settingUp: boolean) {
  const saved: { step: number }[] = [];
  invoke.mockImplementation(async (command: string, args?: { draft?: { step: number } }) => {
    if (command === "session") return { officer: "Rosa", version: "", folder: "", department: made ? department : null, settingUp, ledgerBrokenAt: null };
    if (command === "setup_draft") return { ...draft, step };
    if (command === "save_setup_draft" && args?.draft) saved.push(args.draft);
    return null;
  });
  return saved;
}

describe("a setup that was left", () => {
  beforeEach(() => {
    invoke.mockReset();
    shell.session = null;
    shell.settingUp = false;
  });

  it("goes on with its last steps after the department was made, each of them saved", async () => {
    const saved = program(5, true, true);
    await shell.refresh();
    expect(shell.settingUp).toBe(true);
    const setup = new SetupState();
    await setup.load();
    expect(setup.step).toBe("certificate");
    await setup.next();
    expect([setup.step, saved.at(-1)?.step]).toEqual(["done", 6]);
    await shell.endSetup();
    expect(shell.settingUp).toBe(false);
    await shell.refresh();
    expect(shell.settingUp, "an answer that was under way does not bring it back").toBe(false);
  });
  it("never goes back to making the department twice, nor past it before it is made", async () => {
    program(1, true, true);
    await shell.refresh();
    const after = new SetupState();
    await after.load();
    expect(after.step).toBe("root");
    shell.session = null;
    program(6, false, true);
    await shell.refresh();
    const before = new SetupState();
    await before.load();
    expect(before.step).toBe("authority");
  });
  it("is not on show in a department that is set up", async () => {
    program(0, true, false);
    await shell.refresh();
    expect(shell.settingUp).toBe(false);
  });
});
