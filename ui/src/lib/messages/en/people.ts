// People: the list, one person, their names and addresses.
import { countEn as n } from "../plural";

export const people = {
  title: "People",
  count: (count: number) => n(count, "person or mailbox", "people and mailboxes"),
  new: "New person",
  find: "Part of a name or address",
  list: "List of people",
  name: "Name",
  address: "Address",
  certificates: "Valid",
  phone: "Phone",
  nobodyFits: (text: string) => `Nobody fits “${text}”.`,
  clear: "Show everybody",
  choose: "Choose a person to see certificates and phones.",
  department: "Department",
  everywhere: "All departments",
  move: "Move to another department",
  functional: "Functional mailbox",
  identity: "Identity",
  forEver: "the name belongs to this person for ever",
  subject: "Subject DN",
  addresses: "Addresses",
  added: "Added",
  validated: (when: string) => `Validated ${when}`,
  notValidated: "Not validated",
  validate: "Validate",
  method: { "in-person": "in person", records: "from records", "mailed-value": "by mailed value" } as Record<string, string>,
  certificatesOf: "Certificates",
  noCertificates: "No certificate yet. The first one comes with the first phone.",
  enrollmentsOf: "Enrollments",
  noEnrollments: "Never invited.",
  devices: "Devices",
  noDevices: "No phone yet.",
  serial: "serial",
  seen: (ago: string) => `first seen ${ago}`,
  invite: "Invite",
  moreFor: (name: string) => `More for ${name}`,
  addAddress: "Add an address",
  delete: "Delete",
  mixed: "This name mixes alphabets and may imitate another one. Compare it letter by letter.",
  emptyTitle: "Nobody is in the register yet",
  emptyText: "A person gets certificates under one name, for ever, and only for addresses that you validated.",
  emptySteps: [
    "Add a person with name and mail address.",
    "Record how you know that the address is theirs.",
    "Invite: show the QR code, their phone does the rest.",
  ] as string[],
  emptyAct: "Add the first person",
  emptyWhy: "It takes a minute; nothing is sent.",
};

export const newPerson = {
  title: "Add a person",
  kind: "What is it?",
  person: "A person",
  personText: "Gets a certificate under the own name.",
  functional: "A functional mailbox",
  functionalText: "An address several people answer, like office@.",
  department: "Department",
  departmentBad: "Choose the department.",
  name: "Name",
  nameHint: "As people write it, in any script. It stands in the certificate.",
  mail: "Mail address",
  mailHint: (domains: string) => `In ${domains}.`,
  mailBad: "Give an address like name@example.edu.",
  add: "Add person",
  and: "Add and validate",
};

export const moveDepartment = {
  title: (name: string) => `Move ${name} to another department?`,
  to: "To",
  does: [
    "Certificates issued from now on follow that department’s policies and name it.",
    "What was issued stays as it is, and so does the earlier name: it is theirs for ever.",
    "A phone that is in the middle of its set-up must begin again.",
  ] as string[],
  move: "Move",
  undo: "They can be moved back.",
};

export const addMailbox = { title: (name: string) => `Add an address for ${name}?`, text: "It counts once you record its validation.", add: "Add address" };

export const deletePerson = {
  title: (name: string) => `Delete ${name}?`,
  does: [
    "The person leaves the register and cannot be invited.",
    "The name stays reserved for ever: nobody else can get it.",
    "The ledger keeps what happened.",
  ] as string[],
  delete: "Delete person",
  undo: "This cannot be undone.",
};

export const validate = {
  title: (mail: string) => `How do you know that ${mail} is theirs?`,
  text: "Without a recorded validation no certificate states this address. It stands in the ledger under your name.",
  method: "Method",
  inPerson: "In person",
  inPersonText: "You saw the person read mail of this address.",
  records: "From your records",
  recordsText: "The directory or the personnel file says so.",
  evidence: "What you saw",
  evidenceHint: "For somebody who checks this in two years: document, number, date. No secrets.",
  evidencePlace: "Staff card 4711, opened the mailbox at my desk",
  save: "Record validation",
};
