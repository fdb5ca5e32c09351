// What a row of the ledger says to people: its event, what it is about, and its facts, in words and with links.
import type { ActorKind, LedgerRow } from "$lib/api";
import { gateOf } from "$lib/errors";
import { exact, figure, groups, model, shortDate } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";
import { to } from "$lib/router.svelte";
import { commonName, useOf } from "../certificates/names";
import { isNumber, unitOf } from "../settings/numbers";

/** A piece of what is said: what it is (nothing where that is plain), in words, and where it leads. */
export interface Piece {
  /** Key of the fact; empty: what the row is about. */
  key: string;
  label: string;
  text: string;
  href?: string;
  mono?: boolean;
}

export interface Speaks {
  t: Messages;
  locale: Locale;
  /** Departments and their names. */
  departments: readonly { id: string; name: string }[];
}

type Facts = Record<string, unknown>;

const said = (table: object, word: string): string => (table as Record<string, string>)[word] ?? word;
const isObject = (value: unknown): value is Facts => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** On one line, whatever was typed. */
const flat = (value: string): string => value.replace(/\s+/g, " ").trim();

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT[\d:]+Z$/;
const SERIAL = /^[0-9A-F]{16,40}$/;

/** What happened; what a newer program wrote stays as it is. */
export const eventOf = (event: string, t: Messages): string => said(t.events.names, event);

/** Where an actor has a page. */
export function actorPage(actor: ActorKind, name: string): string | null {
  if (!UUID.test(name)) return null;
  return actor === "subscriber" ? to("people", name) : actor === "device" ? to("enrollments", name) : null;
}

/** The facts of a row; nothing when they are no JSON object. */
export function factsOf(details: string): Facts {
  try {
    const read: unknown = JSON.parse(details);
    return isObject(read) ? read : {};
  } catch {
    return {};
  }
}

/** The facts as JSON that can be read; empty: there are none. */
export function pretty(details: string): string {
  const facts = factsOf(details);
  return Object.keys(facts).length ? JSON.stringify(facts, null, 2) : "";
}

/** The whole row as JSON. */
export const record = (row: LedgerRow): string => JSON.stringify({ ...row, details: factsOf(row.details) }, null, 2);

/** What a setting is called, as in Settings. */
export function settingOf(key: string, t: Messages): string {
  const s = t.settings;
  const labels: Record<string, string> = {
    "authentication.with_address": s.withAddress,
    bundle: s.bundle,
    "cps.oid": s.cps.oid,
    "cps.since": s.cps.since,
    "cps.url": s.cps.url,
    "cps.version": s.cps.version,
    "device.min_os": s.minOs,
    "mailbox.valid_days": s.validDays,
    "passcode.min_length": s.passcode,
    "portal.contact": s.contact,
    "portal.sign_in": s.signIn,
    removal: s.removal,
    "removal.password": s.removalPassword,
    "scep.ca_in_answer": s.caInAnswer,
    "scep.legacy": s.legacy,
    "scep.manual_approval": s.approval,
    "serve.http": s.http,
    "serve.https": s.https,
    "serve.public_url": s.publicUrl,
    "status.url": s.statusUrl,
    "vpn.remote_id": `${s.vpn}, ${s.vpnRemoteId}`,
    "vpn.server": `${s.vpn}, ${s.vpnServer}`,
    "wifi.server_names": s.serverNames,
    "wifi.ssid": s.ssid,
    ...t.events.settings,
  };
  return isNumber(key, t) ? s.numbers.of[key].label : (labels[key] ?? key);
}

/** A value of a setting; nothing: it is inherited. */
function settingValue(key: string, value: unknown, t: Messages): string {
  if (value === null || value === undefined) return t.events.inherited;
  const typed = flat(text(value));
  if (key === "portal.sign_in") return t.settings.signIns[typed as keyof Messages["settings"]["signIns"]]?.[0] ?? typed;
  if (key === "removal") return t.settings.removals[typed as keyof Messages["settings"]["removals"]]?.[0] ?? typed;
  if (key === "bundle") return typed.split(" ").map((profile) => useOf(profile, t)).join(", ");
  if (typed === "yes" || typed === "no") return t.reports[typed];
  if (isNumber(key, t)) return `${typed} ${unitOf(key, typed, t)}`;
  return typed === "auto" ? t.events.automatic : typed || t.common.none;
}

/** Facts that say something only when they are so. */
const FLAGS = ["foreign_device_ca", "mixed_scripts", "pilot", "training", "attached"];

/** One fact in words; `null`: not for people. */
function fact(key: string, value: unknown, row: LedgerRow, speaks: Speaks): Omit<Piece, "key" | "label"> | null {
  const { t, locale, departments } = speaks;
  const plain = (words: string) => (words ? { text: flat(words) } : null);
  const setting = row.event.startsWith("setting.") && (key === "from" || key === "to");
  // A first value takes the place of nothing that anybody typed.
  if (setting) return key === "from" && (value === null || value === undefined) ? null : plain(settingValue(row.subject, value, t));
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return !value && FLAGS.includes(key) ? null : plain(value ? t.reports.yes : t.reports.no);
  if (typeof value === "number") return plain(key === "version" && value === 0 ? t.policies.version(0).toLowerCase() : figure(value));
  if (key === "act") return plain(actOf(value, t));
  if (key === "asked_by") return plain(actorOf(value, t));
  if (Array.isArray(value)) {
    const words = value.map(text).filter(Boolean);
    return plain(words.map((word) => (key === "profiles" ? useOf(word, t) : key === "overridden" ? gateOf(word, t) : word)).join(", "));
  }
  if (typeof value !== "string") return null;
  if (key === "for") return plain(row.details.includes('"unit"') && value === "department" ? departmentOf(row, speaks) : said(t.events.scopes, value));
  if (key === "profile") return plain(useOf(value, t));
  if (key === "reason") return plain((t.reports.reasons as Record<string, string>)[value] ?? t.enrollment.why(value));
  if (key === "why") return plain(t.enrollment.why(value));
  if (key === "method") return plain(said(t.people.method, value));
  if (key === "via") return plain(said(t.enrollment.channels, value));
  if (key === "key_origin") return plain(said(t.certificates.madeBy, value));
  if (key === "recommendation") return plain(said(t.policies.interview.recommended, value.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())));
  if (key === "product") return plain(model(value));
  if (key === "issuer") return plain(commonName(value));
  if (SERIAL.test(value) && (key === "by" || (key === "serial" && row.event.startsWith("request.")))) return { text: groups(value), href: to("certificates", value, "full"), mono: true };
  if (key === "by") return plain(said(t.enrollment.signIns, value));
  if (key === "serial") return { text: value, mono: true };
  if (TIME.test(value)) return plain(/^(not_after|keep_until|next_update)$/.test(key) ? shortDate(value, locale) : exact(value).slice(0, 16));
  if (key === "subscriber") return { text: t.events.links.person, href: to("people", value) };
  if (key === "enrollment") return { text: t.events.links.enrollment, href: to("enrollments", value) };
  if (UUID.test(value)) return plain(departments.find((one) => one.id === value)?.name ?? "");
  return plain(value);
}

/** An act on certificates: `"hold"`, `{"revoke": {"reason": ...}}`, or either with its target. */
function actOf(value: unknown, t: Messages): string {
  const verb = isObject(value) && "verb" in value ? value.verb : value;
  if (typeof verb === "string") return said(t.life.verbs, verb);
  const [name, rest] = isObject(verb) ? (Object.entries(verb)[0] ?? []) : [];
  if (!name) return "";
  const reason = isObject(rest) ? text(rest.reason) : "";
  return [said(t.life.verbs, name), reason && said(t.reports.reasons, reason)].filter(Boolean).join(", ");
}

/** Who: `{"Officer": "rosa"}`, `"Signet"`. */
function actorOf(value: unknown, t: Messages): string {
  const [kind, name] = isObject(value) ? (Object.entries(value)[0] ?? []) : [text(value), ""];
  if (!kind) return "";
  return [said(t.ledger.actors, kind.toLowerCase()), UUID.test(text(name)) ? "" : text(name)].filter(Boolean).join(" ");
}

/** The department of a row, by its name where it is known. */
function departmentOf(row: LedgerRow, { t, departments }: Speaks): string {
  const unit = text(factsOf(row.details).unit);
  return departments.find((one) => one.id === unit)?.name ?? t.events.scopes.department;
}

/** Certificates that are stored have a page; what was given up, or came from another CA for the portal, has none. */
const WITHOUT_PAGE = ["certificate.abandoned", "tls.imported"];

/** What the row is about: names first, then the link. */
function about(row: LedgerRow, facts: Facts, { t, departments }: Speaks): Piece[] {
  const [noun = "", verb = ""] = row.event.split(".");
  const { subject } = row;
  const piece = (words: string, more: Partial<Piece> = {}): Piece[] => (words ? [{ key: "", label: "", text: flat(words), ...more }] : []);
  const person = (id: unknown) => (typeof id === "string" && UUID.test(id) ? { href: to("people", id) } : {});
  const enrollment = () => piece(t.events.links.enrollment, { href: to("enrollments", subject) });
  const name = text(facts.name) || commonName(text(facts.subject ?? facts.subject_to));

  if (noun === "setting") return piece(settingOf(subject, t));
  if (noun === "gate") return piece(gateOf(subject, t));
  if (noun === "mailbox") return piece(subject, person(facts.subscriber));
  if (noun === "batch") return piece(name || t.events.links.batch, { href: to("certificates", "many", subject) });
  if (noun === "profile" && verb !== "sent") return piece(useOf(subject, t));
  if (row.event === "crl.issued") return piece(useOf(subject, t));
  if (row.event === "subscriber.deleted") return piece(name);
  if (noun === "subscriber" || noun === "challenge") return piece(name || t.events.links.person, person(subject));
  if (noun === "enrollment" || noun === "device" || noun === "profile") return [...piece(text(facts.mail)), ...enrollment()];
  if (noun === "scep") return row.actor === "device" ? enrollment() : subject ? piece(t.events.links.person, person(subject)) : [];
  if (SERIAL.test(subject)) {
    // An act on several names the first of them only.
    if (noun === "act" && facts.count !== 1) return [];
    return [...piece(name), ...piece(groups(subject), { mono: true, ...(WITHOUT_PAGE.includes(row.event) ? {} : { href: to("certificates", subject, "full") }) })];
  }
  if (UUID.test(subject)) return piece(departments.find((one) => one.id === subject)?.name ?? name);
  return piece(subject);
}

/** Facts that are said already. */
function isSaid(key: string, row: LedgerRow): boolean {
  const noun = row.event.split(".")[0];
  if (key === "mail") return noun === "enrollment";
  if (key === "subscriber") return noun === "mailbox";
  if (key === "department") return row.event === "subscriber.added";
  return false;
}

/** All that a row says, in the order in which it is read. */
export function tell(row: LedgerRow, speaks: Speaks): Piece[] {
  const read = factsOf(row.details);
  // Who overrode a gate, and why, is what counts.
  const facts: Facts = row.event === "gate.overridden" && isObject(read.answers) ? { ...read, reason: read.answers.reason, decided_by: read.answers.name } : read;
  const pieces = about(row, facts, speaks);
  for (const [key, name] of Object.entries(speaks.t.events.facts)) {
    if (!(key in facts) || isSaid(key, row)) continue;
    const words = fact(key, facts[key], row, speaks);
    if (words) pieces.push({ key, label: speaks.t.events.label(name), ...words });
  }
  return pieces;
}

/** The same on one line, for the pointer that rests on it. */
export const line = (pieces: readonly Piece[]): string => pieces.map((piece) => (piece.label ? `${piece.label} ${piece.text}` : piece.text)).join(", ");
