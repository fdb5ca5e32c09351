// People: the list, one person, their names and addresses.
import { countFr as n } from "../plural";
import type { Messages } from "..";

export const people: Messages["people"] = {
  title: "Personnes",
  count: (count) => n(count, "personne ou boîte", "personnes et boîtes"),
  new: "Nouvelle personne",
  find: "Partie d’un nom ou d’une adresse",
  list: "Liste des personnes",
  name: "Nom",
  address: "Adresse",
  certificates: "Valides",
  phone: "Téléphone",
  nobodyFits: (text) => `Personne ne correspond à « ${text} ».`,
  clear: "Montrer tout le monde",
  choose: "Choisissez une personne pour voir ses certificats et ses téléphones.",
  department: "Département",
  everywhere: "Tous les départements",
  move: "Changer de département",
  functional: "Boîte fonctionnelle",
  identity: "Identité",
  forEver: "le nom appartient à cette personne pour toujours",
  subject: "DN du sujet",
  addresses: "Adresses",
  added: "Ajoutée",
  validated: (when) => `Validée le ${when}`,
  notValidated: "Non validée",
  validate: "Valider",
  method: { "in-person": "en personne", records: "d’après les dossiers", "mailed-value": "par valeur envoyée" },
  certificatesOf: "Certificats",
  noCertificates: "Aucun certificat. Le premier vient avec le premier téléphone.",
  enrollmentsOf: "Enrôlements",
  noEnrollments: "Jamais invitée.",
  devices: "Appareils",
  noDevices: "Aucun téléphone.",
  serial: "n° de série",
  seen: (ago) => `vu pour la première fois ${ago}`,
  invite: "Inviter",
  moreFor: (name) => `Plus pour ${name}`,
  addAddress: "Ajouter une adresse",
  delete: "Supprimer",
  mixed: "Ce nom mélange plusieurs alphabets et peut en imiter un autre. Comparez lettre par lettre.",
  emptyTitle: "Il n’y a encore personne au répertoire",
  emptyText: "Une personne reçoit ses certificats sous un seul nom, pour toujours, et seulement pour des adresses que vous avez validées.",
  emptySteps: [
    "Ajoutez une personne avec son nom et son adresse.",
    "Notez comment vous savez que l’adresse est la sienne.",
    "Invitez : montrez le code QR, son téléphone fait le reste.",
  ],
  emptyAct: "Ajouter la première personne",
  emptyWhy: "Une minute suffit ; rien n’est envoyé.",
};

export const newPerson: Messages["newPerson"] = {
  title: "Ajouter une personne",
  kind: "De quoi s’agit-il ?",
  person: "Une personne",
  personText: "Reçoit un certificat à son nom.",
  functional: "Une boîte fonctionnelle",
  functionalText: "Une adresse à laquelle plusieurs répondent, comme secretariat@.",
  department: "Département",
  departmentBad: "Choisissez le département.",
  name: "Nom",
  nameHint: "Comme on l’écrit, dans toute écriture. Il figure dans le certificat.",
  mail: "Adresse de courriel",
  mailHint: (domains) => `Dans ${domains}.`,
  mailBad: "Donnez une adresse comme nom@exemple.fr.",
  add: "Ajouter la personne",
  and: "Ajouter et valider",
};

export const moveDepartment: Messages["moveDepartment"] = {
  title: (name) => `Changer ${name} de département ?`,
  to: "Vers",
  does: [
    "Les certificats émis dès maintenant suivent les politiques de ce département et portent son nom.",
    "Ce qui a été émis reste tel quel, et l’ancien nom aussi : il est à cette personne pour toujours.",
    "Un téléphone en cours de configuration doit recommencer.",
  ],
  move: "Changer",
  undo: "Le retour est possible.",
};

export const addMailbox: Messages["addMailbox"] = { title: (name) => `Ajouter une adresse pour ${name} ?`, text: "Elle compte dès que vous notez sa validation.", add: "Ajouter l’adresse" };

export const deletePerson: Messages["deletePerson"] = {
  title: (name) => `Supprimer ${name} ?`,
  does: [
    "La personne quitte le répertoire et ne peut plus être invitée.",
    "Le nom reste réservé pour toujours : personne d’autre ne peut l’obtenir.",
    "Le registre garde ce qui s’est passé.",
  ],
  delete: "Supprimer la personne",
  undo: "C’est irréversible.",
};

export const validate: Messages["validate"] = {
  title: (mail) => `Comment savez-vous que ${mail} est la sienne ?`,
  text: "Sans validation notée, aucun certificat ne cite cette adresse. Elle figure au registre sous votre nom.",
  method: "Méthode",
  inPerson: "En personne",
  inPersonText: "Vous avez vu la personne lire du courriel de cette adresse.",
  records: "D’après vos dossiers",
  recordsText: "L’annuaire ou le dossier du personnel le dit.",
  evidence: "Ce que vous avez vu",
  evidenceHint: "Pour qui vérifiera dans deux ans : document, numéro, date. Aucun secret.",
  evidencePlace: "Carte 4711, boîte ouverte à mon bureau",
  save: "Noter la validation",
};
