// What can be done with certificates after they were issued, and what it does.
import { countEn as n } from "../plural";

const certificates = (count: number) => n(count, "certificate", "certificates");

export const life = {
  verbs: {
    hold: "Hold",
    maybeLost: "Perhaps lost",
    reinstate: "Reinstate",
    revoke: "Revoke",
    offboard: "Person leaves",
  },
  /** The question about one. */
  one: {
    hold: (use: string, name: string) => `Put “${use}” of ${name} on hold?`,
    maybeLost: (use: string, name: string) => `Suspend “${use}” of ${name} because the phone is perhaps lost?`,
    reinstate: (use: string, name: string) => `Reinstate “${use}” of ${name}?`,
    revoke: (use: string, name: string) => `Revoke “${use}” of ${name}?`,
  },
  /** The question about several. */
  many: {
    hold: (count: number) => `Put ${certificates(count)} on hold?`,
    maybeLost: (count: number) => `Suspend ${certificates(count)} because phones are perhaps lost?`,
    reinstate: (count: number) => `Reinstate ${certificates(count)}?`,
    revoke: (count: number) => `Revoke ${certificates(count)}?`,
  },
  /** The button: verb and count. */
  act: {
    hold: (count: number) => `Hold ${certificates(count)}`,
    maybeLost: (count: number) => `Suspend ${certificates(count)}`,
    reinstate: (count: number) => `Reinstate ${certificates(count)}`,
    revoke: (count: number) => `Revoke ${certificates(count)}`,
  },
  ask: "Ask a second officer",
  first: {
    hold: "The next CRL lists them as on hold, at once; programs that check do not trust them until they are reinstated.",
    maybeLost: "The next CRL lists them as on hold, at once; programs that check do not trust them.",
    reinstate: "The next CRL no longer lists them; programs trust them again once they have read it.",
    revoke: "The next CRL names them at once; programs that check refuse them for ever.",
  },
  breaks: {
    signedMail: "Signed mail: new mail is refused, and most programs doubt mail of the past too.",
    mailToThem: "Encrypted mail: nobody can encrypt to them any more. What was encrypted stays readable with the key.",
    networkAccess: "Wi-Fi and VPN refuse these phones at the next check.",
    documentsToThem: "Documents: nothing new is encrypted to them. Old ones stay readable with the key.",
    enrollmentUnderWay: "An enrollment that is under way ends.",
    noneLeft: "Somebody is left without any certificate of a kind.",
  },
  affected: "Changed",
  untouched: "Not touched",
  further: (count: number) => `and ${n(count, "further one", "further ones")}`,
  finalAt: (when: string) => `Unless reinstated before, they are revoked on ${when}.`,
  undo: {
    hold: "A hold can be taken back at any time.",
    maybeLost: "Reinstate them when the phone turns up.",
    reinstate: "They can be put on hold again.",
    revoke: "A revocation cannot be undone.",
  },
  second: "So many at once need two people. Your request is kept; another officer approves it from their own account.",
  why: "Why, for the ledger",
  whyHint: "One sentence somebody will understand in a year.",
  milder: "Hold instead",
  looking: "Looking at what this would do",
  done: {
    hold: (count: number) => `${certificates(count)} on hold. The CRL says so.`,
    maybeLost: (count: number) => `${certificates(count)} suspended. The CRL says so.`,
    reinstate: (count: number) => `${certificates(count)} reinstated.`,
    revoke: (count: number) => `${certificates(count)} revoked. The CRL says so.`,
  },
  asked: "Kept. A second officer must approve it.",
  picked: (count: number) => `${certificates(count)} chosen`,
  pick: (name: string, use: string) => `Choose ${use} of ${name}`,
  pickAll: "Choose all that are shown",
  clear: "Choose none",
  waiting: {
    title: (asker: string, verb: string, count: number) => `${asker} asks: ${verb}, ${certificates(count)}`,
    own: "Waits for another officer, from their own account.",
    approve: "Approve",
    refuse: "Refuse",
    withdraw: "Withdraw",
    approveTitle: (verb: string, count: number) => `Approve: ${verb}, ${certificates(count)}?`,
    approveDoes: ["It is carried out at once, under your name and that of who asked.", "Certificates that changed meanwhile are left out."] as string[],
    approved: "Approved and done.",
    refused: "Refused. Nothing was changed.",
  },
};
