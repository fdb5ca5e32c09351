// What the officer is about to do with certificates or people: one dialog at a time, opened from lists, pages, the palette and keys.
import { api, type ActTarget, type Certificate, type Device, type Subscriber } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { toast } from "$lib/toast.svelte";
import type { Verb } from "./verbs";

/** An act that is asked about. */
export interface Asked {
  verb: Verb;
  target: ActTarget;
  /** Those that were named; none for a device or a person. */
  certificates: readonly Certificate[];
  /** Everything on this device. */
  device?: Device;
  /** Whose it is, when it is not named by certificates. */
  name?: string;
}

type Open =
  | { kind: "act"; asked: Asked; done?: () => void }
  | { kind: "renew"; certificates: readonly Certificate[]; done?: () => void }
  | { kind: "replace"; certificate: Certificate }
  | { kind: "issue"; person: Subscriber | null }
  | { kind: "leave"; person: Subscriber }
  | { kind: "test"; person: Subscriber };

class Acts {
  open = $state.raw<Open | null>(null);
  /** What keys act on: the certificates that are chosen or open, or a person. */
  #subject: (() => { certificates: readonly Certificate[]; person: Subscriber | null }) | null = null;

  ask(verb: Verb, certificates: readonly Certificate[], done?: () => void) {
    const target: ActTarget = { certificates: certificates.map((one) => one.serial) };
    this.open = { kind: "act", asked: { verb, target, certificates }, done };
  }
  askDevice(verb: Verb, device: Device, name: string) {
    this.open = { kind: "act", asked: { verb, target: { device: device.id }, certificates: [], device, name } };
  }
  revokeAll(person: Subscriber) {
    this.open = { kind: "act", asked: { verb: "revoke", target: { person: person.id }, certificates: [], name: person.name } };
  }
  renew(certificates: readonly Certificate[], done?: () => void) {
    this.open = { kind: "renew", certificates, done };
  }
  replace(certificate: Certificate) {
    this.open = { kind: "replace", certificate };
  }
  issue(person: Subscriber | null) {
    this.open = { kind: "issue", person };
  }
  leave(person: Subscriber) {
    this.open = { kind: "leave", person };
  }
  test(person: Subscriber) {
    this.open = { kind: "test", person };
  }
  close() {
    this.open = null;
  }

  /** The screen says what keys act on, until the returned function is called. */
  about(subject: () => { certificates: readonly Certificate[]; person: Subscriber | null }): () => void {
    this.#subject = subject;
    return () => {
      if (this.#subject === subject) this.#subject = null;
    };
  }
  /** Ctrl-E: to the person on show, or to whomever. */
  issueByKey() {
    this.issue(this.#subject?.().person ?? null);
  }
  /** Ctrl-Shift-R: what is chosen or open; always the dialog. */
  revokeByKey() {
    const { certificates, person } = this.#subject?.() ?? { certificates: [], person: null };
    if (certificates.length) this.ask("revoke", certificates);
    else if (person) this.revokeAll(person);
  }

  /** Says that these were suspended, and offers to take it back. */
  heldWith(text: string, serials: string[]) {
    toast.say(text, async () => {
      const did = await api.carryOutAct({ target: { certificates: serials }, verb: "reinstate", reason: "unspecified", invalidSince: null, successor: null, keepUntil: null }, "");
      if (did) toast.say(words.t.lists.undone(did.affected.length));
    });
  }
}

export const acts = new Acts();
