// All words of the window in English. French must have the same keys: a missing one fails the type check.
import { countEn as n, figure } from "../plural";
import { batch } from "./batch";
import { certificates, issue, revoke } from "./certificates";
import { codes } from "./codes";
import { enrollments, enrollment } from "./enrollments";
import { events } from "./events";
import { guide } from "./guide";
import { invite } from "./invite";
import { ledger } from "./ledger";
import { life } from "./life";
import { lists } from "./lists";
import { palette, keys } from "./palette";
import { people, selfTest, newPerson, addMailbox, moveDepartment, deletePerson, validate } from "./people";
import { publishing } from "./publishing";
import { reports } from "./reports";
import { policies } from "./policies";
import { server } from "./server";
import { settings } from "./settings";
import { setup } from "./setup";
import { today } from "./today";

export const en = {
  palette,
  keys,
  today,
  people,
  selfTest,
  newPerson,
  addMailbox,
  moveDepartment,
  deletePerson,
  validate,
  guide,
  invite,
  enrollments,
  enrollment,
  certificates,
  issue,
  revoke,
  policies,
  server,
  publishing,
  reports,
  batch,
  events,
  ledger,
  codes,
  life,
  lists,
  setup,
  settings,
  nouns: {
    today: "Today",
    people: "People",
    certificates: "Certificates",
    enrollments: "Enrollments",
    policies: "Policies",
    server: "Server",
    ledger: "Ledger",
    settings: "Settings",
    guide: "Guide",
    departments: (count: number) => n(count, "department", "departments"),
    areas: "Areas",
    officer: "Officer",
    training: "Training department",
    pilots: (some: number, all: number) => (some === all ? "PILOT" : `PILOT: ${some} of ${all}`),
    pilotText: "Certificates of the pilot live only shortly and carry the pilot’s policy.",
  },
  common: {
    search: "Search or do",
    back: "Back",
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    saved: "Saved",
    unsaved: "Not saved yet",
    savedTo: (path: string) => `Saved to ${path}`,
    copy: "Copy",
    copied: "Copied",
    notCopied: "Nothing was copied. Select the text and press Ctrl C.",
    print: "Print",
    open: "Open",
    retry: "Try again",
    more: "More",
    loading: "Loading. The list comes in parts; this one takes longer than usual.",
    show: "Show",
    now: "now",
    never: "never",
    none: "none",
    yes: "Yes",
    no: "No",
    utc: (time: string) => `${time} UTC`,
    required: "Fill this in.",
    dismiss: "Dismiss",
    moreRows: (shown: number, total: number, exact: boolean) => `${figure(shown)} of ${exact ? "" : "at least "}${figure(total)} shown`,
  },
  foot: {
    on: "Server on",
    off: "Server off",
    ledger: "Ledger",
    ledgerBroken: "Ledger broken",
    keys: { choose: "choose", move: "move", open: "open", keys: "keys", search: "search", back: "back", next: "next field", go: "continue", close: "close" },
  },
  states: {
    invited: "Invited",
    opened: "Opened",
    authenticated: "Signed in",
    identified: "Phone known",
    issued: "Certificate",
    profileSent: "Profile sent",
    configured: "Configured",
    declined: "Declined",
    expired: "Expired",
    failed: "Failed",
    cancelled: "Cancelled",
  },
  certs: {
    active: "Valid",
    /** Of another CA: whether it was revoked is not known here. */
    notEnded: "Not ended",
    ends: "Ends",
    held: "On hold",
    revoked: "Revoked",
    expired: "Ended",
    superseded: "Replaced",
    profiles: {
      signing: "Mail signing",
      encryption: "Mail encryption",
      authentication: "Wi-Fi and VPN",
      document: "Document encryption",
      functional: "Functional mailbox",
      other: "Another use",
      transport: "Transport identity",
      root: "Root",
      issuing: "Issuing CA",
      ra: "SCEP RA",
      profile_signer: "Profile signer",
      tls: "Portal (TLS)",
      ocsp: "OCSP responder",
    },
  },
  about: {
    title: "About Signet",
    lead: "Client certificates for a department: issue, enroll iPhones, revoke, prove.",
    version: "Version",
    folder: "Data folder",
    licence: "Licence",
    licenceText: "MIT or Apache-2.0. Fonts: Source Sans 3, Source Serif 4, Source Code Pro, SIL Open Font Licence. Icons: Lucide, ISC.",
  },
  failed: {
    incident: "Incident",
    copy: "Copy for support",
    copyHint: "The copy holds no names, keys or codes.",
    what: "What to do",
  },
};
