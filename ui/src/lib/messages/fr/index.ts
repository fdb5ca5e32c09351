// Tous les mots de la fenêtre en français. Les espaces fines insécables sont posées par `index.ts`.
import { countFr as n, figure } from "../plural";
import type { Messages } from "..";
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

export const fr: Messages = {
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
    today: "Aujourd’hui",
    people: "Personnes",
    certificates: "Certificats",
    enrollments: "Enrôlements",
    policies: "Politiques",
    server: "Serveur",
    ledger: "Registre",
    settings: "Réglages",
    guide: "Guide",
    departments: (count) => n(count, "département", "départements"),
    areas: "Rubriques",
    officer: "Opérateur",
    training: "Département d’exercice",
    pilots: (some, all) => (some === all ? "PILOTE" : `PILOTE : ${some} sur ${all}`),
    pilotText: "Les certificats du pilote durent peu et portent sa politique.",
  },
  common: {
    search: "Chercher ou agir",
    back: "Retour",
    cancel: "Annuler",
    close: "Fermer",
    save: "Enregistrer",
    saved: "Enregistré",
    unsaved: "Pas encore enregistré",
    savedTo: (path) => `Enregistré dans ${path}`,
    copy: "Copier",
    copied: "Copié",
    notCopied: "Rien n’a été copié. Sélectionnez le texte et appuyez sur Ctrl C.",
    print: "Imprimer",
    open: "Ouvrir",
    retry: "Réessayer",
    more: "Plus",
    loading: "Chargement. La liste vient par morceaux ; celui-ci prend plus longtemps que d’habitude.",
    show: "Montrer",
    now: "maintenant",
    never: "jamais",
    none: "aucun",
    yes: "Oui",
    no: "Non",
    utc: (time) => `${time} UTC`,
    required: "À remplir.",
    dismiss: "Fermer l’avis",
    moreRows: (shown, total, exact) => `${figure(shown)} sur ${exact ? "" : "au moins "}${figure(total)} ${shown < 2 ? "affiché" : "affichés"}`,
  },
  foot: {
    on: "Serveur actif",
    off: "Serveur arrêté",
    ledger: "Registre",
    ledgerBroken: "Registre altéré",
    keys: { choose: "choisir", move: "parcourir", open: "ouvrir", keys: "raccourcis", search: "chercher", back: "retour", next: "champ suivant", go: "continuer", close: "fermer" },
  },
  states: {
    invited: "Invité",
    opened: "Ouvert",
    authenticated: "Connecté",
    identified: "Téléphone connu",
    issued: "Certificat",
    profileSent: "Profil envoyé",
    configured: "Configuré",
    declined: "Refusé",
    expired: "Expiré",
    failed: "Échoué",
    cancelled: "Annulé",
  },
  certs: {
    active: "Valide",
    notEnded: "Non échu",
    ends: "Échéance",
    held: "Suspendu",
    revoked: "Révoqué",
    expired: "Échu",
    superseded: "Remplacé",
    profiles: {
      signing: "Signature du courriel",
      encryption: "Chiffrement du courriel",
      authentication: "Wi-Fi et VPN",
      document: "Chiffrement de documents",
      functional: "Boîte fonctionnelle",
      other: "Autre usage",
      transport: "Identité de transport",
      root: "Racine",
      issuing: "AC émettrice",
      ra: "AE SCEP",
      profile_signer: "Signataire des profils",
      tls: "Portail (TLS)",
      ocsp: "Répondeur OCSP",
    },
  },
  about: {
    title: "À propos de Signet",
    lead: "Les certificats clients d’un département : émettre, enrôler des iPhone, révoquer, prouver.",
    version: "Version",
    folder: "Dossier des données",
    licence: "Licence",
    licenceText: "MIT ou Apache-2.0. Polices : Source Sans 3, Source Serif 4, Source Code Pro, SIL Open Font License. Icônes : Lucide, ISC.",
  },
  failed: {
    incident: "Incident",
    copy: "Copier pour l’assistance",
    copyHint: "La copie ne contient ni noms, ni clés, ni codes.",
    what: "Que faire",
  },
};
