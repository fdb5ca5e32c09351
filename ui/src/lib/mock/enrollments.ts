// Invitations, and phones on their way.
import type { Enrollment, Invitation, StepKind } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { changed, fits, found, refuse } from "./world";

const held = new Map<string, Invitation>();

/** The phone goes on, a step every few seconds. */
function walk(id: string) {
  const next: [Enrollment["state"], StepKind][] = [["opened", "opened"], ["authenticated", "signedIn"], ["authenticated", "profileServiceSent"], ["identified", "deviceIdentified"], ["issued", "transportIssued"], ["issued", "profileSent"], ["configured", "configured"]];
  const timer = setInterval(() => {
    const detail = data.details.find((d) => d.enrollment.id === id);
    const step = next.shift();
    if (!detail || !step) return clearInterval(timer);
    const now = new Date().toISOString();
    detail.enrollment = { ...detail.enrollment, state: step[0], updatedAt: now, downloadEndsAt: step[1] === "profileServiceSent" ? new Date(Date.now() + 480_000).toISOString() : null, profileSent: step[1] === "profileSent" };
    detail.steps = [...detail.steps, { at: now, kind: step[1], facts: [] }];
    changed();
  }, 6000);
}

function invitation(enrollment: string): Invitation {
  const made: Invitation = {
    enrollment,
    url: "https://pki.physics.example.edu:8443/e/AAECAwQFBgcICQoLDA0ODw",
    code: "7KQ4-MV2T",
    codeIsAsked: true,
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    trustUrl: "http://pki.physics.example.edu:8080/trust",
    qr: data.QR,
    trustQr: data.QR,
  };
  held.set(enrollment, made);
  return made;
}

export const enrollments = {
  invite: async (mail) => {
    const person = found(data.people.find((p) => p.mailboxes.some((m) => m.address === mail)));
    if (!person.mailboxes.some((m) => m.validated)) {
      const ended = person.mailboxes.find((m) => m.validUntil);
      if (ended) refuse("mailboxValidationEnded", `${ended.address} ${ended.validUntil}`);
      refuse("mailboxNotValidated", mail);
    }
    const id = data.fresh();
    const now = new Date().toISOString();
    data.details.unshift({ enrollment: { id, subscriber: person.id, name: person.name, department: person.department, departmentId: person.departmentId, mail, state: "invited", profileSent: false, channel: "show", createdAt: now, expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(), updatedAt: now, device: null, downloadEndsAt: null, refused: false }, steps: [{ at: now, kind: "invited", facts: [] }], certificates: [], shown: true });
    walk(id);
    changed();
    return invitation(id);
  },
  resendInvitation: async (id) => invitation(id),
  shownInvitation: async (id) => held.get(id) ?? (data.details.find((d) => d.enrollment.id === id)?.shown ? invitation(id) : null),
  saveQr: async (_, format) => ({ path: `/home/rosa/invitation.${format}` }),
  enrollments: async (q) => {
    const all = data.details.map((d) => d.enrollment).filter((e) => (!q.states.length || q.states.includes(e.state)) && (!q.subscriber || e.subscriber === q.subscriber) && fits(q.search, e.name, e.mail));
    return { rows: q.after ? [] : all.slice(0, q.limit), more: false, total: all.length, totalIsExact: true };
  },
  enrollment: async (id) => found(data.details.find((d) => d.enrollment.id === id)),
  funnel: async () => {
    const order: Enrollment["state"][] = ["invited", "opened", "authenticated", "identified", "issued", "configured"];
    const rank = (s: Enrollment["state"]) => order.indexOf(s);
    return [...order, "declined", "expired", "failed", "cancelled"].map((s) => {
      const here = s as Enrollment["state"];
      const standing = data.details.filter((d) => d.enrollment.state === here).length;
      return { state: here, standing, reached: rank(here) < 0 ? standing : data.details.filter((d) => rank(d.enrollment.state) >= rank(here)).length };
    });
  },
  cancelEnrollment: async (id) => {
    const detail = found(data.details.find((d) => d.enrollment.id === id));
    detail.enrollment = { ...detail.enrollment, state: "cancelled" };
    changed();
    return null;
  },
} satisfies Partial<Api>;
