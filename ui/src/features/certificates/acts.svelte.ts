// What the officer is about to do with certificates or people: one dialog at a time, opened from lists, pages, the palette and keys.
import { api, type ActTarget, type Certificate, type Device, type Subscriber } from "$lib/api";
import { words } from "$lib/i18n.svelte";
import { toast } from "$lib/toast.svelte";
import { revocable, verbs, type Verb } from "./verbs";

/** An act that is asked about. */
export interface Asked {
  verb: Verb;
  target: ActTarget;
  /** Those that were named, or are known to be on a phone that was found again; none for what else is done with a device, or a person. */
  certificates: readonly Certificate[];
  /** Everything on this device. */
  device?: Device;
  /** Whose it is, when it is not named by certificates. */
  name?: string;
}

/** What keys act on: the certificates that are chosen or open, or a person with all that they have. */
interface Subject {
  certificates: readonly Certificate[];
  person: { person: Subscriber; has: readonly Certificate[] } | null;
}

type Open =
  | { kind: "act"; asked: Asked; done?: () => void }
  | { kind: "renew"; certificates: readonly Certificate[]; done?: () => void }
  | { kind: "replace"; certificate: Certificate }
  | { kind: "issue"; person: Subscriber | null }
  | { kind: "leave"; person: Subscriber }
  | { kind: "test"; person: Subscriber };

class Acts {
  #open = $state.raw<Open | null>(null);
  #busy = $state(false);
  #subject: (() => Subject) | null = null;

  get open(): Open | null {
    return this.#open;
  }
  /** What the open dialog asks is being carried out. */
  get busy(): boolean {
    return this.#busy;
  }
  /** Carries out what the open dialog asks; throws what was refused. Until then nothing closes that dialog or takes its place: a password that is shown
   * once, or what was refused of many, would be told to nobody. */
  async carry<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
  #show(next: Open | null) {
    if (!this.#busy) this.#open = next;
  }

  ask(verb: Verb, certificates: readonly Certificate[], done?: () => void) {
    const target: ActTarget = { certificates: certificates.map((one) => one.serial) };
    this.#show({ kind: "act", asked: { verb, target, certificates }, done });
  }
  askDevice(verb: Verb, device: Device, name: string) {
    this.#show({ kind: "act", asked: { verb, target: { device: device.id }, certificates: [], device, name } });
  }
  /** All of a device that is on hold, also what no list of its owner shows: the certificate by which the phone fetches updates. */
  foundAgain(device: Device, certificates: readonly Certificate[]) {
    this.#show({ kind: "act", asked: { verb: "reinstate", target: { device: device.id }, certificates } });
  }
  revokeAll(person: Subscriber) {
    this.#show({ kind: "act", asked: { verb: "revoke", target: { person: person.id }, certificates: [], name: person.name } });
  }
  renew(certificates: readonly Certificate[], done?: () => void) {
    this.#show({ kind: "renew", certificates, done });
  }
  replace(certificate: Certificate) {
    this.#show({ kind: "replace", certificate });
  }
  issue(person: Subscriber | null) {
    this.#show({ kind: "issue", person });
  }
  leave(person: Subscriber) {
    this.#show({ kind: "leave", person });
  }
  test(person: Subscriber) {
    this.#show({ kind: "test", person });
  }
  close() {
    this.#show(null);
  }

  /** The screen says what keys act on, until the returned function is called. */
  about(subject: () => Subject): () => void {
    this.#subject = subject;
    return () => {
      if (this.#subject === subject) this.#subject = null;
    };
  }
  /** Ctrl-E: to the person on show, or to whomever. */
  issueByKey() {
    this.issue(this.#subject?.().person?.person ?? null);
  }
  /** Ctrl-Shift-R: what is chosen or open, where its buttons offer it; always the dialog. */
  revokeByKey() {
    const { certificates, person } = this.#subject?.() ?? { certificates: [], person: null };
    if (verbs(certificates).includes("revoke")) this.ask("revoke", certificates);
    else if (!certificates.length && person && revocable(person.has).length) this.revokeAll(person.person);
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
