import { render } from "svelte/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Settings } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { messages } from "$lib/messages/all";
import PhoneGroup from "./PhoneGroup.svelte";

const settings = { bundle: ["signing"], authenticationWithAddress: false, wifiServerNames: [], passcodeMinLength: 6, removal: "removable", removalPasswordSet: false } as unknown as Settings;

describe("taking the profile off the phone", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["en", "Supervised phones only"],
    ["fr", "Téléphones supervisés seulement"],
  ] as const)("with a password, or not at all, is marked as of supervised phones only (%s)", (locale, mark) => {
    vi.spyOn(words, "t", "get").mockReturnValue(messages[locale]);
    const { body } = render(PhoneGroup, { props: { settings } });
    const choices = body.split("<label").filter((choice) => /<input type="radio"[^>]*value="(removable|password|locked)"/.test(choice));
    const marked = choices.map((choice) => [/value="(\w+)"/.exec(choice)?.[1], choice.includes(mark)]);
    expect(marked).toEqual([["removable", false], ["password", true], ["locked", true]]);
    expect(body.split(mark)).toHaveLength(3);
  });
});
