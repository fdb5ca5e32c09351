// From refusal to screen: the table is total, a new code in Rust does not compile here.
import type { ApiError, Code } from "./api";
import type { Messages } from "./messages";

/** How serious, and how it is marked. */
export interface Presentation {
  tone: "warn" | "danger" | "hold";
  /** Trying again without doing something first may help. */
  retry: boolean;
}

export const presentation = {
  validation: { tone: "warn", retry: false },
  notFound: { tone: "warn", retry: false },
  alreadySetUp: { tone: "warn", retry: false },
  mailboxTaken: { tone: "warn", retry: false },
  nameTaken: { tone: "warn", retry: false },
  alreadyRevoked: { tone: "warn", retry: false },
  enrollmentEnded: { tone: "warn", retry: false },
  activeCertificates: { tone: "warn", retry: false },
  activeEncryption: { tone: "warn", retry: false },
  batch: { tone: "warn", retry: true },
  signingKeyHere: { tone: "warn", retry: false },
  encryptionByScep: { tone: "warn", retry: false },
  hold: { tone: "warn", retry: false },
  departmentTaken: { tone: "warn", retry: false },
  newerDatabase: { tone: "danger", retry: false },
  mailboxNotValidated: { tone: "warn", retry: false },
  mailboxValidationEnded: { tone: "warn", retry: false },
  notSetUp: { tone: "warn", retry: false },
  denied: { tone: "warn", retry: false },
  gatesClosed: { tone: "warn", retry: false },
  notOffered: { tone: "warn", retry: false },
  secondOfficer: { tone: "warn", retry: false },
  whichDepartment: { tone: "warn", retry: false },
  organizationOnly: { tone: "warn", retry: false },
  clockBehind: { tone: "danger", retry: true },
  keyring: { tone: "hold", retry: true },
  folder: { tone: "danger", retry: true },
  diskFull: { tone: "danger", retry: true },
  databaseDamaged: { tone: "danger", retry: false },
  databaseBusy: { tone: "warn", retry: true },
  keyElsewhere: { tone: "hold", retry: true },
  portInUse: { tone: "danger", retry: true },
  portNotAllowed: { tone: "danger", retry: false },
  address: { tone: "danger", retry: true },
  tls: { tone: "danger", retry: true },
  file: { tone: "warn", retry: true },
  sameFile: { tone: "warn", retry: false },
  keyLost: { tone: "danger", retry: false },
  keyLostActive: { tone: "danger", retry: false },
  internal: { tone: "danger", retry: true },
} satisfies Record<Code, Presentation>;

/** What a gate between pilot and production is called, by the program’s name for it. */
export function gateOf(name: string, t: Messages): string {
  const profile = /^life-cycle\.(.+)$/.exec(name)?.[1];
  const called: Record<string, string> = t.certs.profiles;
  return profile ? t.policies.lifeCycleOf(called[profile] ?? profile) : (t.policies.gates[name]?.title ?? name);
}

/** The words for a refusal. */
export function refusal(error: ApiError, t: Messages): { title: string; meaning: string; next: string } {
  // What a gate refuses is named as the walk to production names it.
  const [, department, gate] = (error.field === "gate" && /^(.*) is in production and its gate (\S+) is closed:/s.exec(error.message)) || [];
  if (department && gate) return { ...t.policies.walk.closed, meaning: t.policies.walk.closed.meaning(department, gateOf(gate, t)) };
  const said = t.codes[error.code];
  return { title: said.title, meaning: said.meaning(error.message), next: said.next };
}

/** One sentence for the place of a field's hint. */
export function inline(error: ApiError, t: Messages): string {
  const { title, meaning, next } = refusal(error, t);
  if (error.code === "validation") return meaning;
  // Which address it is, and since when, stands in the meaning.
  return error.code === "mailboxNotValidated" || error.code === "mailboxValidationEnded" ? `${meaning} ${next}` : `${title}. ${next}`;
}
