import { readFileSync } from "node:fs";
import { render } from "svelte/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Session, Settings, SettingView } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { messages } from "$lib/messages/all";
import { NUMBERS as pretended } from "$lib/mock/numbers";
import { shell } from "$lib/shell.svelte";
import ActsGroup from "./ActsGroup.svelte";
import { hintOf, isNumber, NUMBERS, unitOf, type NumberName } from "./numbers";
import Numbers from "./Numbers.svelte";
import { place } from "./place.svelte";
import PortalGroup from "./PortalGroup.svelte";
import ValidityGroup from "./ValidityGroup.svelte";

const file = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
/** As the authority has them: name, default, least, most. */
const authority = ["definition", "numbers"]
  .flatMap((of) => [...file(`crates/ra/src/settings/${of}.rs`).matchAll(/number_of_\w+\("([a-z_.]+)", "(\d+)", ([\d_]+), ([\d_]+)\)/g)])
  .map(([, name = "", ...counts]) => [name, counts.map((count) => Number(count.replace("_", "")))] as const);
const names = Object.values(NUMBERS).flat();
const { en, fr } = messages;
const view = (key: string, more: Partial<SettingView> = {}): SettingView => ({ key, level: "organization", value: "365", source: "organization", inherited: "730", default: "730", bounds: { least: 90, most: 1095 }, optional: false, waiting: null, ...more });

describe("the numbers in Settings", () => {
  it("are all that the authority has, each in one place", () => {
    expect(authority.length).toBe(25);
    expect([...names].sort()).toEqual(authority.map(([name]) => name).sort());
    expect(names.filter((name) => !isNumber(name, en) || !isNumber(name, fr))).toEqual([]);
    expect([isNumber("wifi.ssid", en), isNumber("toString", en)]).toEqual([false, false]);
  });
  it("are pretended as the authority has them", () => {
    expect(pretended).toEqual(Object.fromEntries(authority));
  });
  it("have a unit by their name, one or many", () => {
    const said = (name: NumberName, value: string) => [unitOf(name, value, en), unitOf(name, value, fr)];
    expect(said("sign_in.code_tries", "1")).toEqual(["try", "essai"]);
    expect(said("sign_in.address_failures", "50")).toEqual(["failures", "échecs"]);
    expect(said("enrollment.session_minutes", "30")).toEqual(["minutes", "minutes"]);
    expect(said("crl.every_hours", " 1 ")).toEqual(["hour", "heure"]);
    expect(said("crl.root_next_update_days", "many")).toEqual(["days", "jours"]);
    expect(said("validity.root_years", "20")).toEqual(["years", "ans"]);
    expect([said("revoke.four_eyes_above", "1"), said("invitation.hours", "72")]).toEqual([["certificate", "certificat"], ["hours", "heures"]]);
    expect(names.filter((name) => !unitOf(name, "2", en) || !unitOf(name, "2", fr))).toEqual([]);
  });
  it("say their default and their bounds as the authority tells them", () => {
    const told = view("validity.transport_days");
    expect(hintOf("validity.transport_days", told, en)).toBe("So long the phone can fetch updates. Default 730; 90 to 1095.");
    const many = view("revoke.four_eyes_above", { default: "10", bounds: { least: 1, most: 100_000 } });
    expect(hintOf("revoke.four_eyes_above", many, en)).toBe("An act on more of them waits for another officer. Default 10; 1 to 100\u00A0000.");
    expect(hintOf("validity.transport_days", told, fr)).toMatch(/ Par défaut 730\u202F; de 90 à 1095\.$/);
  });
  it("spell no bounds by hand, but those that the authority does not tell", () => {
    const spelled = [en, fr].flatMap((t) => [...Object.values(t.settings.numbers.of).map(({ hint }) => hint), ...Object.values(t.settings).filter((text) => typeof text === "string")]).filter((text) => /\d+ (?:to|à) \d+/.test(text));
    expect(spelled).toEqual([en.settings.validDaysHint, fr.settings.validDaysHint]);
    const [, least = "", most = ""] = /fn valid_days[\s\S]+?number\(text, (\d+), (\d+)\)/.exec(file("crates/ra/src/settings/definition.rs")) ?? [];
    expect([en.settings.validDaysHint, fr.settings.validDaysHint].map((hint) => /(\d+) (?:to|à) (\d+)/.exec(hint)?.slice(1))).toEqual([[least, most], [least, most]]);
  });
  it("promise no effect on what is made once, at the set-up", () => {
    // Nothing but the set-up makes them.
    expect(file("crates/ra/src/certification/create.rs")).toContain("[Kind::Root, Kind::Issuing, Kind::Ra, Kind::ProfileSigner, Kind::Tls]");
    expect([en, fr].map((t) => t.settings.numbers.onceText.split("; ")[1])).toEqual(["a change has no effect on what is there", "un changement est sans effet sur ce qui existe"]);
    expect(file("docs/guide/11-settings.md")).toMatch(/A change made later has no effect on\s+what is there/);
    expect(file("docs/guide/fr/11-settings.md")).toMatch(/Un changement fait\s+plus tard est sans effet sur ce qui existe/);
  });
  it("are called in the guide as in the window, in both languages", () => {
    const plain = (text: string) => text.replaceAll("'", "’").replaceAll(/"([^"]*)"/g, "“$1”").replaceAll(/[\u00A0\u202F]/g, " ");
    for (const [path, t] of [["docs/guide/11-settings.md", en], ["docs/guide/fr/11-settings.md", fr]] as const) {
      const page = plain(file(path));
      for (const name of names) expect(page, path).toContain(plain(`\n| ${t.settings.numbers.of[name].label} | \`${name}\``));
    }
  });
});

describe("a row", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    shell.session = null;
    place.views = [];
    place.chosen = "organization";
  });

  it("has label, value and unit, and what belongs to the field is read out with it", () => {
    vi.spyOn(words, "t", "get").mockReturnValue(en);
    place.views = [view("validity.transport_days")];
    const { body } = render(Numbers, { props: { names: ["validity.transport_days"] } });
    const input = /<input [^>]*>/.exec(body)?.[0] ?? "";
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? "";
    const by = (id: string) => new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(body)?.[1];
    expect([attribute("value"), attribute("inputmode"), attribute("data-key")]).toEqual(["365", "numeric", "validity.transport_days"]);
    expect(body).toContain(`<label for="${attribute("id")}">A phone’s transport identity lives</label>`);
    expect(attribute("aria-describedby").split(" ").map(by)).toEqual(["days", "So long the phone can fetch updates. Default 730; 90 to 1095."]);
  });
  it("has how long a mailbox validation counts, too, although 0 is no number of days", () => {
    vi.spyOn(words, "t", "get").mockReturnValue(en);
    place.views = [view("invitation.hours", { value: "72" }), view("mailbox.valid_days", { value: "1", bounds: null })];
    const { body } = render(PortalGroup, { props: { settings: { signIn: "code", invitationHours: 72 } as Settings } });
    const measured = [...body.matchAll(/<span class="measured"><input [^>]*data-key="([^"]*)"[^>]*>.*?<span id="[^"]*">(\w+)</gs)].map(([, key, unit]) => [key, unit]);
    expect(measured).toEqual([["invitation.hours", "hours"], ["mailbox.valid_days", "day"]]);
  });
  it("of what is the same for all is left out among a department’s own, and stands where nothing is a department’s", () => {
    vi.spyOn(words, "t", "get").mockReturnValue(fr);
    shell.session = { departments: [{ id: "a" }, { id: "b" }] } as Session;
    const each: Partial<SettingView> = { level: "department", source: "department" };
    place.views = names.map((name) => view(name, /^(invitation|sign_in\.(code|password))/.test(name) ? each : {}));
    const rows = (body: string) => names.filter((name) => body.includes(`data-key="${name}"`));
    const portal = () => render(PortalGroup, { props: { settings: { signIn: "code", invitationHours: 72 } as Settings } }).body;
    expect(rows(portal())).toEqual([...NUMBERS.invitation, ...NUMBERS.tries]);
    place.chosen = "a";
    expect(portal()).not.toContain(fr.settings.validDays);
    expect(rows(portal())).toEqual(["invitation.hours", "sign_in.code_tries", "sign_in.password_tries", "sign_in.password_minutes"]);
    expect(rows(render(ActsGroup).body)).toEqual(NUMBERS.second);
    expect(portal()).toContain('aria-label="Rétablir\u202F: Mauvais codes qui terminent un lien"');
    expect(rows(render(ValidityGroup).body).toSorted()).toEqual([...NUMBERS.again, ...NUMBERS.crls, ...NUMBERS.once].toSorted());
  });
});
