// Pretended policies: enough of the review to look at its screens. The rules themselves are the program's.
import type { Api } from "../api";
import type { BundleView, CommandError, DepartmentRow, EscrowAnswers, EscrowDecided, GateView, KeyPlanVersion, Lesson, PolicyScope, PolicyStage, ProfileDraft, ProfileFinding, ProfileName, ProfileVersion, Remark } from "../../bindings";

type Calls = Pick<Api, "policy" | "reviewProfile" | "profileVersions" | "saveProfile" | "inheritProfile" | "saveBundle" | "removeBundle" | "escrowAdvice" | "escrowDecisions" | "decideEscrow" | "completeGate" | "keyPlan" | "makeKeyPlan" | "saveKeyPlan" | "lessons" | "addLesson" | "redactedLessons" | "saveRedactedLessons" | "overrideGate" | "reopenGate" | "startProduction" | "returnToPilot">;
interface World {
  state: string | null;
  at: (minutes: number) => string;
  refuse: (code: CommandError["code"], message?: string, field?: string | null) => never;
  changed: () => void;
  departments: () => DepartmentRow[];
}

const MAIL = "1.3.6.1.5.5.7.3.4";
const NAMES: ProfileName[] = ["signing", "encryption", "authentication", "document", "functional"];
const CPS = { oid: "1.3.6.1.4.1.32473.1", cps: "https://pki.example.edu/cps" };
const base: ProfileDraft = { offered: true, key: "rsa2048", usage: ["digitalSignature", "contentCommitment"], purposes: [MAIL], days: 730, renewalDays: 30, policies: [], withAddress: true, everyAddress: false, approval: "automatic", escrow: "never", exception: null, crlAddress: true };
const builtin: Record<ProfileName, ProfileDraft> = {
  signing: base,
  encryption: { ...base, usage: ["keyEncipherment"], escrow: "byPolicy" },
  authentication: { ...base, usage: ["digitalSignature", "keyEncipherment"], purposes: ["1.3.6.1.5.5.7.3.2"], days: 365 },
  document: { ...base, usage: ["keyEncipherment", "dataEncipherment"], purposes: ["1.3.6.1.4.1.311.80.1"], withAddress: false, escrow: "byPolicy" },
  functional: base,
};

function review(name: ProfileName, draft: ProfileDraft): ProfileFinding[] {
  const found: ProfileFinding[] = [];
  const say = (so: boolean, level: ProfileFinding["level"], remark: Remark, field: string, rule: string) => so && found.push({ level, remark, field, rule });
  const signs = draft.usage.some((use) => use === "digitalSignature" || use === "contentCommitment");
  const decrypts = draft.usage.includes("dataEncipherment") || (draft.usage.includes("keyEncipherment") && (!signs || draft.purposes.some((oid) => oid !== "1.3.6.1.5.5.7.3.2")));
  const escrowed = draft.escrow === "byPolicy";
  say(!draft.usage.length, "error", "noUsage", "usage", "RFC 5280 4.2.1.3");
  say(!!draft.usage.length && ((name === "encryption" || name === "document") ? signs : name !== "functional" && decrypts), "error", "usageNotPromised", "usage", "SP 800-57 part 1 5.2");
  say(escrowed && !decrypts, "error", "signingEscrowed", "escrow", "SP 800-57 part 1 appendix B");
  say(escrowed && signs && decrypts && !draft.exception?.reason, "error", "exceptionMissing", "exception", "SP 800-57 part 1 appendix B");
  say(draft.days < 1 || draft.days > 3650, "error", "daysRange", "days", "RFC 5280 4.1.2.5");
  say(draft.renewalDays < 1 || draft.renewalDays >= draft.days, "error", "renewalRange", "renewalDays", "Signet");
  say(draft.policies.some((policy) => !/^[0-2](\.\d+)+$/.test(policy.oid)), "error", "policyNotOid", "policies", "X.660");
  say(signs && decrypts && (draft.key === "p256" || draft.key === "p384"), "error", "ellipticForBoth", "key", "Signet");
  say(signs && decrypts, "advice", "twoKeysAreBetter", "usage", "SP 800-57 part 1 5.2");
  say(draft.days > 825, "advice", "overBaseline", "days", "S/MIME BR 6.3.2");
  say(escrowed && decrypts, "advice", "holderIsTold", "escrow", "S/MIME BR 4.12.1");
  say(!escrowed && decrypts, "advice", "lostWithoutEscrow", "escrow", "Signet");
  say(!draft.policies.length, "advice", "noPolicy", "policies", "RFC 5280 4.2.1.4");
  say(draft.key === "p256" || draft.key === "p384", "advice", "ellipticKey", "key", "Signet");
  say(draft.approval === "fourEyes", "advice", "fourEyesScope", "approval", "Signet");
  return found;
}

const QUESTIONS: Record<string, string[]> = { activation: ["executive", "signed-on", "document"], team: ["members", "administrator", "notes"], "use-cases": ["signing", "encryption", "authentication"], escrow: [], "key-plan": ["custodians", "threshold", "rotation", "first-drill", "drills", "succession", "loss"], guide: ["read-by"], lessons: [], "life-cycle": ["enrollment", "expiry", "revocation", "loss", "responsible"] };
const PLAN = {
  english: "PLAN FOR DECRYPTION KEYS\nPhysics, Example University\n\nVersion    1\nDate       2026-11-21 10:00 UTC\n\nFROM THE SETTINGS OF SIGNET\n\n1. What is escrowed\nEscrow is on since 2026-11-21.\n- Mail encryption (version 1): key RSA 2048, valid for 730 days, escrowed\n\nSTATED BY THE DEPARTMENT\n\n2. Custodians and where their shares lie\n2 of 3 custodians are needed together.\n- Prof. Laurent, dean: safe of the dean\n",
  french: "PLAN DE GESTION DES CLÉS DE DÉCHIFFREMENT\nPhysique, Université d’exemple\n\nVersion      1\nDate         2026-11-21 10:00 UTC\n\n1. Ce qui est séquestré\nLe séquestre est actif depuis le 2026-11-21.\n",
};
const GATES = ["activation", "team", "use-cases", "escrow", "key-plan", "guide", "lessons", ...NAMES.map((name) => `life-cycle.${name}`)];

export function policyCalls({ state, at, refuse, changed, departments }: World): Calls {
  const empty = state === "empty";
  let number = 4;
  let stage: PolicyStage = state === "production" ? "production" : "pilot";
  let since = at(130_000);
  // What the organization has saved: handed down to every department.
  const handed = new Map<ProfileName, ProfileVersion[]>();
  const saved = new Map<ProfileName, ProfileVersion[]>();
  const version = (name: ProfileName, n: number, minutes: number, definition: ProfileDraft, by = "rosa"): ProfileVersion => ({ name, version: n, source: "department", savedAt: at(minutes), savedBy: by, definition, findings: review(name, definition) });
  if (!empty) {
    saved.set("signing", [version("signing", 4, 3_000, { ...base, key: "rsa3072", days: 548, policies: [CPS] }), version("signing", 2, 40_000, { ...base, policies: [CPS] }, "milan"), version("signing", 1, 90_000, { ...base, days: 825 })]);
    handed.set("authentication", [{ ...version("authentication", 3, 20_000, { ...builtin.authentication, policies: [CPS] }), source: "organization" }]);
  }
  const made = (name: ProfileName): ProfileVersion => ({ name, version: 0, source: "builtin", savedAt: null, savedBy: null, definition: builtin[name], findings: review(name, builtin[name]) });
  const down = (name: ProfileName): ProfileVersion => handed.get(name)?.[0] ?? made(name);
  const counts = (name: ProfileName): ProfileVersion => saved.get(name)?.[0] ?? down(name);
  const of = (scope: PolicyScope) => (scope.organization ? handed : saved);
  let bundles: BundleView[] = [
    { name: "Functional mailbox", profiles: ["functional"], source: "builtin" },
    { name: "Phone only", profiles: ["authentication"], source: "builtin" },
    { name: "Staff", profiles: ["signing", "encryption", "authentication"], source: "builtin" },
    { name: "Student", profiles: ["signing", "authentication"], source: "builtin" },
  ];
  if (!empty) bundles = [{ name: "Guests", profiles: ["authentication"], source: "department" }, ...bundles];
  const decisions: EscrowDecided[] = empty
    ? []
    : [
        { at: at(14_000), recordedBy: "rosa", recommendation: "considerEscrow", decision: { answers: { signingOnly: false, authenticationOnly: false, realTime: false, futureAccess: true, longLived: false }, enabled: true, decidedBy: "Prof. Dr. Amélie Laurent, dean", reason: "The archive of the institute must stay readable for its successors.", advisers: [{ name: "Dr. Kim Sun-hee", role: "technical", on: "2026-02-26", opinion: "Sound with five custodians in three buildings." }, { name: "Me Dubois", role: "legal", on: "2026-02-27", opinion: "Staff must be told; the works council agrees." }] } },
        { at: at(90_000), recordedBy: "rosa", recommendation: "noEscrow", decision: { answers: { signingOnly: true, authenticationOnly: false, realTime: false, futureAccess: false, longLived: false }, enabled: false, decidedBy: "Prof. Dr. Amélie Laurent, dean", reason: "We begin with signed mail alone.", advisers: [] } },
      ];
  const recorded = new Map<string, Partial<GateView>>();
  if (!empty) {
    recorded.set("activation", { state: "done", at: at(9_000), by: "rosa", answers: [{ question: "executive", answer: "Prof. Dr. Amélie Laurent, dean" }, { question: "signed-on", answer: "3 March 2026" }, { question: "document", answer: "File 2026/114, dean’s office" }] });
    recorded.set("team", { state: "overridden", at: at(8_000), by: "rosa", overridden: { name: "Prof. Dr. Amélie Laurent", reason: "The team meets in April; Rosa is responsible until then." } });
    recorded.set("guide", { state: "done", at: at(7_000), by: "rosa", answers: [{ question: "read-by", answer: "Rosa Meier, Milan Novák" }] });
  }
  const log: Lesson[] = empty ? [] : [{ number: 1, day: at(30_000).slice(0, 10), at: at(29_000), by: "rosa", happened: "Dr. Müller replaced her phone, and mail from March could not be opened on the new one.", learned: "Ask for old keys before the phone is handed in." }];
  let plans: KeyPlanVersion[] = [];
  const planned = () => (plans = [{ number: plans.length + 1, at: at(0), by: "rosa", hash: "7c0f4be2a91d5e3388b6c1f0d2a4975e6b1c3d8f90a2e4b6c8d0f1a3b5c7d9e1" }, ...plans]);
  if (state === "outdated") {
    planned();
    recorded.set("key-plan", { state: "outOfDate", at: at(5_000), by: "rosa", answers: [["custodians", "Prof. Laurent, dean: safe of the dean\nDr. Kim, registrar: archive\nMe Dubois, notary: bank"], ["threshold", "2"], ["rotation", "60"], ["first-drill", "2027-01-15"], ["drills", "6"], ["succession", "Who leaves hands the envelope over before the last day."], ["loss", "The officer is told the same day."]].map(([question = "", answer = ""]) => ({ question, answer })) });
  }
  if (state === "gates" || state === "production") for (const name of GATES) if (!recorded.has(name)) recorded.set(name, { state: "done", at: at(5_000), by: "rosa" });
  const enabled = () => decisions[0]?.decision.enabled ?? false;
  const gates = (): GateView[] =>
    GATES.map((name) => {
      const kind = name.split(".")[0] ?? name;
      const profile = NAMES.find((one) => name === `life-cycle.${one}`) ?? null;
      const open: GateView = { name, kind, profile, state: "open", passed: false, answers: (QUESTIONS[kind] ?? []).map((question) => ({ question, answer: "" })), at: null, by: null, overridden: null };
      if (kind === "escrow" && decisions.length) open.state = "decided";
      if (kind === "lessons" && log.length) open.state = "decided";
      if (kind === "key-plan" && decisions.length && !enabled()) open.state = "notNeeded";
      if (profile && !counts(profile).definition.offered) open.state = "notNeeded";
      const now = { ...open, ...recorded.get(name) };
      return { ...now, passed: now.state !== "open" && now.state !== "outOfDate" };
    });
  const contradictory = (a: EscrowAnswers) => (a.signingOnly && (a.authenticationOnly || a.realTime || a.futureAccess || a.longLived) ? "signing_only" : a.authenticationOnly && (a.realTime || a.futureAccess || a.longLived) ? "authentication_only" : null);
  const advice = (a: EscrowAnswers) => {
    const field = contradictory(a);
    if (field) refuse("validation", "take back this answer or the others", field);
    const lasting = a.futureAccess || a.longLived;
    const reasons = (["futureAccess", "longLived", "signingOnly", "authenticationOnly", "realTime"] as const).filter((name) => a[name]).map((answer) => ({ answer: answer as string, speaksFor: answer === "futureAccess" || answer === "longLived" ? ("considerEscrow" as const) : ("noEscrow" as const) }));
    return { recommendation: lasting ? ("considerEscrow" as const) : ("noEscrow" as const), reasons: reasons.length ? reasons : [{ answer: "none", speaksFor: "noEscrow" as const }] };
  };
  const escrow = () => ({ enabled: enabled(), since: decisions[0]?.at ?? at(130_000), why: decisions[0]?.decision.reason ?? null });

  return {
    policy: async (scope) => ({
      department: scope.organization ? null : { stage, since, escrow: escrow(), gates: gates() },
      pilot: { days: 90, policy: "1.3.6.1.4.1.32473.20726.90" },
      cps: empty ? { version: null, url: null, oid: null, since: null } : { version: "2.1", url: CPS.cps, oid: CPS.oid, since: at(60_000).slice(0, 10) },
      escrow: departments().map((one, n) => ({ id: one.id, department: one.name, escrow: n ? { enabled: false, since: one.createdAt, why: null } : escrow() })),
      profiles: NAMES.map(scope.organization ? down : counts),
      inherited: NAMES.map(scope.organization ? made : down),
      bundles: scope.organization ? bundles.filter((one) => one.source !== "department") : bundles,
    }),
    reviewProfile: async (_, name, draft) => review(name, draft),
    profileVersions: async (scope, name) => [...(scope.organization ? [] : (saved.get(name) ?? [])), ...(handed.get(name) ?? [])].sort((a, b) => b.version - a.version),
    saveProfile: async (scope, name, draft) => {
      const wrong = review(name, draft).find((finding) => finding.level === "error");
      if (wrong) refuse("validation", wrong.remark, wrong.field);
      of(scope).set(name, [{ ...version(name, ++number, 0, draft), source: scope.organization ? "organization" : "department" }, ...(of(scope).get(name) ?? [])]);
      changed();
      return number;
    },
    inheritProfile: async (scope, name) => (of(scope).delete(name), changed(), null),
    saveBundle: async (scope, was, bundle) => {
      if (was !== null && was !== bundle.name && bundles.some((one) => one.name.toLowerCase() === bundle.name.toLowerCase() && one.name !== was)) refuse("validation", "another bundle has this name; choose another one", "name");
      if (!bundle.name.trim()) refuse("validation", "", "name");
      if (!bundle.profiles.length) refuse("validation", "", "profiles");
      bundles = [...bundles.filter((one) => one.name !== bundle.name && one.name !== was), { ...bundle, source: scope.organization ? ("organization" as const) : ("department" as const) }].sort((a, b) => a.name.localeCompare(b.name));
      changed();
      return null;
    },
    removeBundle: async (_, name) => {
      bundles = bundles.filter((one) => one.name !== name);
      changed();
      return null;
    },
    escrowAdvice: async (answers) => advice(answers),
    escrowDecisions: async () => decisions,
    decideEscrow: async (_, decision) => {
      if (decision.enabled && !(["technical", "legal"] as const).every((role) => decision.advisers.some((adviser) => adviser.role === role))) refuse("validation", "", "advisers");
      if (!decision.decidedBy.trim()) refuse("validation", "", "decided_by");
      if (!decision.reason.trim()) refuse("validation", "", "reason");
      decisions.unshift({ at: at(0), recordedBy: "rosa", recommendation: advice(decision.answers).recommendation, decision });
      changed();
      return escrow();
    },
    keyPlan: async (_, language) => ({
      versions: plans,
      current: recorded.get("key-plan")?.state === "done",
      changed: recorded.get("key-plan")?.state === "outOfDate" ? ["escrow", "profiles"] : [],
      text: plans.length ? (language === "french" ? PLAN.french : PLAN.english) : null,
    }),
    makeKeyPlan: async () => {
      recorded.set("key-plan", { ...recorded.get("key-plan"), state: "done" });
      planned();
      changed();
      return plans[0] ?? refuse("internal");
    },
    lessons: async () => log,
    addLesson: async (_, lesson) => {
      if (lesson.day > at(0)) refuse("validation", "write the day on which it happened as 2026-11-21, not one to come", "day");
      const made = { ...lesson, number: log.length + 1, at: at(0), by: "rosa" };
      log.unshift(made);
      changed();
      return made;
    },
    redactedLessons: async () => `Lessons learned with client certificates\n${log.map((one) => `\n${one.day}\n\nWhat happened\n${one.happened.replace("Dr. Müller", "[a person]")}\n\nWhat was learned\n${one.learned}\n`).join("")}`,
    saveRedactedLessons: async () => ({ path: "/home/rosa/lessons.txt" }),
    saveKeyPlan: async () => ({ path: "/home/rosa/key-plan-1.p7m" }),
    completeGate: async (_, name, answers) => {
      if (name === "key-plan") planned();
      recorded.set(name, { state: "done", at: at(0), by: "rosa", answers });
      changed();
      return null;
    },
    overrideGate: async (_, name, who, reason) => {
      if (!who.trim()) refuse("validation", "", "name");
      if (!reason.trim()) refuse("validation", "", "reason");
      recorded.set(name, { state: "overridden", at: at(0), by: "rosa", overridden: { name: who, reason } });
      changed();
      return null;
    },
    reopenGate: async (_, name) => (recorded.delete(name), changed(), null),
    startProduction: async () => {
      if (gates().some((gate) => !gate.passed)) refuse("gatesClosed");
      [stage, since] = ["production", at(0)];
      changed();
      return null;
    },
    returnToPilot: async (_, reason) => {
      if (!reason.trim()) refuse("validation", "", "reason");
      [stage, since] = ["pilot", at(0)];
      changed();
      return null;
    },
  };
}
