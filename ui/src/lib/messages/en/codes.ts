// What each refusal means and what to do next. One entry a code.

import type { Code } from "../../api";
import { date } from "../../format";
import { lapsed, sentence, type Lapsed } from "../reasons";

/** A refusal in words. */
export interface Refusal {
  /** The problem. */
  title: string;
  /** What it means; `detail` is what the program said (a file, a port, a reason). */
  meaning: (detail: string) => string;
  /** What to do. */
  next: string;
}

const because = (detail: string) => (detail ? ` (${detail})` : "");
const ended = (of: Lapsed | null) =>
  of ? `${of.mailbox} was validated too long ago: that counted until ${date(of.until, "en")} (CPS 4.2.1).` : "It was validated too long ago (CPS 4.2.1).";
const notValidated = (mailbox: string) =>
  mailbox ? `Nobody has recorded that ${mailbox} is this person’s, and a certificate may only state addresses that are recorded so (CPS 4.2.1).` : "A certificate may only state an address that you know to be this person’s (CPS 4.2.1).";

export const codes: Record<Code, Refusal> = {
  validation: { title: "One entry needs another look", meaning: (d) => sentence(d) || "An entry is missing or has a form that is not accepted.", next: "Correct it and try again." },
  notFound: { title: "This entry is not here any more", meaning: () => "Somebody deleted it, or the link to it is old.", next: "Go back to the list." },
  alreadySetUp: { title: "The department exists already", meaning: () => "Another window or a command has set it up meanwhile.", next: "Close this window and open it again." },
  mailboxTaken: { title: "The address belongs to somebody else", meaning: () => "Each address stands for one person.", next: "Look for the address in People, or give another one." },
  nameTaken: { title: "This name belongs to somebody else for ever", meaning: () => "A name in a certificate is never given to a second person (CPS 3.1.5).", next: "Add what tells them apart, for example a middle name." },
  alreadyRevoked: { title: "The certificate is revoked already", meaning: () => "The CRL names it.", next: "Nothing more to do." },
  enrollmentEnded: { title: "This enrollment has ended", meaning: () => "Its link does not work any more.", next: "Invite the person again." },
  activeCertificates: { title: "The person still has valid certificates", meaning: () => "Deleting now would leave certificates nobody answers for.", next: "Revoke them first, including those on hold and those replaced." },
  activeEncryption: { title: "The person already has a certificate of this kind", meaning: () => "Only one encryption certificate is valid at a time, so that senders cannot take the wrong one.", next: "Choose to replace it, or keep it." },
  batch: { title: "The batch is not free", meaning: () => "Another window or a command works on it, or it has ended.", next: "Look at its progress, or start it again from its list." },
  signingKeyHere: { title: "Keys that sign are never made here", meaning: () => "Only the holder may ever have them.", next: "Take the holder’s request, or invite the person’s phone." },
  encryptionByScep: { title: "This key must be made here", meaning: () => "Signet makes the keys that decrypt: a request or a phone cannot bring one.", next: "Leave the request out and let Signet make the key, or choose another certificate profile." },
  hold: { title: "The hold is not as expected", meaning: () => "The certificate is not on hold, or somebody put it on hold meanwhile.", next: "Look at its status and choose again." },
  departmentTaken: { title: "Another department has this name", meaning: () => "Or its certificates state it, from before it was renamed.", next: "Choose another name." },
  newerDatabase: { title: "A newer Signet wrote this folder", meaning: () => "This version would not understand all of it and does not touch it.", next: "Install the newest version on this computer." },
  mailboxNotValidated: { title: "The address is not validated", meaning: (d) => notValidated(d), next: "Record how you validated it, then try again." },
  mailboxValidationEnded: { title: "The validation of the address has ended", meaning: (d) => ended(lapsed(d)), next: "Record a new validation, then try again." },
  notSetUp: { title: "There is no department yet", meaning: () => "The setup was not finished.", next: "Finish the setup." },
  denied: { title: "A rule does not allow this", meaning: () => "Nothing was changed.", next: "Check the settings of the department." },
  gatesClosed: { title: "The department is not ready for production", meaning: () => "A gate of the checklist is closed.", next: "Complete it, or override it with a name and a reason." },
  notOffered: { title: "This certificate profile is not offered", meaning: () => "The policy of the department leaves it out.", next: "Choose another one, or offer it in Policies." },
  secondOfficer: { title: "A second officer must approve", meaning: () => "You asked for it, or you have changed as many certificates as one officer may alone.", next: "Ask another officer to approve from their own account." },
  whichDepartment: { title: "There are several departments", meaning: () => "This is done for one of them.", next: "Choose the department." },
  organizationOnly: { title: "All departments share this setting", meaning: () => "It is about the network or this computer.", next: "Change it for the organization." },
  clockBehind: { title: "This computer’s clock is behind", meaning: () => "It is earlier than the last entry of the ledger. Certificates with wrong dates would be worse than none.", next: "Set the clock, then try again." },
  keyring: { title: "The keyring is missing or locked", meaning: (d) => `The keys of your CA cannot be opened${because(d)}.`, next: "Unlock the keyring of your account, or put the passphrase file back, then try again." },
  folder: { title: "The data folder cannot be written", meaning: (d) => `Nothing was saved${because(d)}.`, next: "Make the folder writable for your account, then try again." },
  diskFull: { title: "The disk is full", meaning: () => "Nothing was saved; what was there is safe.", next: "Make room, then try again." },
  databaseDamaged: { title: "The database is damaged", meaning: (d) => `Signet does not write into it${because(d)}.`, next: "Keep the folder as it is and bring back your last backup." },
  databaseBusy: { title: "Another program holds the database", meaning: () => "It did not let go for ten seconds.", next: "Wait for the other Signet window or command, then try again." },
  keyElsewhere: { title: "A key that is needed is not here", meaning: (d) => `It was moved to removable media${because(d)}.`, next: "Connect the medium, then try again." },
  portInUse: { title: "Another program uses this port", meaning: (d) => `The server cannot listen on ${d}. Phones cannot enroll now.`, next: "Close that program, or choose another port in Settings. Open links name the old port and will stop working." },
  portNotAllowed: { title: "The system keeps this port to itself", meaning: (d) => `The server may not listen on ${d}.`, next: "Choose a port above 1023 in Settings." },
  address: { title: "This is not an address of this computer", meaning: (d) => `The server cannot listen on ${d}. Perhaps the network has changed.`, next: "Choose the interface again in Settings." },
  tls: { title: "The TLS certificate cannot be used", meaning: (d) => `The server does not start without it${because(d)}.`, next: "Import it again in Settings." },
  file: { title: "The file could not be used", meaning: (d) => d, next: "Check the medium and your rights, then choose the file again." },
  sameFile: { title: "Two keys need two files", meaning: (d) => `${d} was chosen for two keys. Nothing was issued.`, next: "Issue again, and choose another name for each key." },
  keyLost: { title: "The key could not be saved", meaning: (d) => `The certificate was issued, but its key could not be written to ${d || "a file"}. Nobody has the key, so the certificate was revoked at once. One whose place it had taken counts again, unless that was revoked with it.`, next: "Make room on the medium or choose another one, then issue again." },
  keyLostActive: { title: "A valid certificate whose key nobody has", meaning: (d) => `The certificate with the serial number ${d} was issued, but its key could not be saved, and the certificate could not be revoked either.`, next: "Make room on this computer’s disk, then revoke it on its page, with the reason “Replaced by another certificate”." },
  internal: { title: "Signet made a mistake", meaning: () => "This was not saved. Everything else keeps working.", next: "Try again. If it happens again, send the incident number to support." },
};
