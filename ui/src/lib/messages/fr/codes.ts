// Ce que signifie chaque refus et ce qu’il faut faire. Une entrée par code.
import type { Code } from "../../api";
import { date } from "../../format";
import type { Refusal } from "../en/codes";
import { lapsed, type Lapsed } from "../reasons";
import { detail, reason } from "./reasons";

const car = (said: string) => (said ? ` (${detail(said)})` : "");
const ended = (of: Lapsed | null) =>
  of ? `${of.mailbox} a été validée il y a trop longtemps : cela comptait jusqu’au ${date(of.until, "fr")} (CPS 4.2.1).` : "Elle a été validée il y a trop longtemps (CPS 4.2.1).";
const notValidated = (mailbox: string) =>
  mailbox ? `Il n’est noté nulle part que ${mailbox} est à cette personne ; un certificat ne peut citer que des adresses ainsi notées (CPS 4.2.1).` : "Un certificat ne peut citer qu’une adresse dont vous savez qu’elle appartient à cette personne (CPS 4.2.1).";

export const codes: Record<Code, Refusal> = {
  validation: { title: "Une saisie est à revoir", meaning: (d) => (d ? reason(d) : "Une saisie manque ou n’a pas la forme attendue."), next: "Corrigez-la et réessayez." },
  notFound: { title: "L’élément n’est plus ici", meaning: () => "Quelqu’un l’a supprimé, ou le lien qui y mène est ancien.", next: "Revenez à la liste." },
  alreadySetUp: { title: "Le département existe déjà", meaning: () => "Une autre fenêtre ou une commande l’a créé entre-temps.", next: "Fermez cette fenêtre et rouvrez-la." },
  mailboxTaken: { title: "L’adresse appartient à quelqu’un d’autre", meaning: () => "Chaque adresse désigne une seule personne.", next: "Cherchez l’adresse dans Personnes, ou donnez-en une autre." },
  nameTaken: { title: "Ce nom appartient à quelqu’un d’autre, pour toujours", meaning: () => "Le nom d’un certificat n’est jamais donné à une seconde personne (CPS 3.1.5).", next: "Ajoutez ce qui les distingue, par exemple un second prénom." },
  alreadyRevoked: { title: "Le certificat est déjà révoqué", meaning: () => "La CRL le nomme.", next: "Il n’y a plus rien à faire." },
  enrollmentEnded: { title: "Cet enrôlement est terminé", meaning: () => "Son lien ne fonctionne plus.", next: "Invitez de nouveau la personne." },
  activeCertificates: { title: "La personne a encore des certificats valides", meaning: () => "Supprimer maintenant laisserait des certificats dont personne ne répond.", next: "Révoquez-les d’abord, y compris ceux qui sont suspendus ou remplacés." },
  activeEncryption: { title: "La personne a déjà un certificat de ce type", meaning: () => "Un seul certificat de chiffrement est valide à la fois, pour que les expéditeurs ne puissent pas se tromper.", next: "Choisissez de le remplacer, ou gardez-le." },
  batch: { title: "La série n’est pas libre", meaning: () => "Une autre fenêtre ou une commande y travaille, ou elle est terminée.", next: "Regardez où elle en est, ou recommencez à partir de sa liste." },
  signingKeyHere: { title: "Les clés de signature ne sont jamais créées ici", meaning: () => "Seul leur titulaire peut les avoir.", next: "Prenez la demande du titulaire, ou invitez son téléphone." },
  encryptionByScep: { title: "Cette clé doit être créée ici", meaning: () => "Signet crée les clés de déchiffrement : une demande ou un téléphone ne peut pas en apporter.", next: "Ôtez la demande et laissez Signet créer la clé, ou choisissez un autre profil de certificat." },
  hold: { title: "L’état du certificat n’est pas celui attendu", meaning: () => "Il n’est pas suspendu, ou quelqu’un l’a suspendu entre-temps.", next: "Regardez son état et choisissez à nouveau." },
  departmentTaken: { title: "Un autre département porte ce nom", meaning: () => "Ou ses certificats le portent, d’avant son changement de nom.", next: "Choisissez un autre nom." },
  newerDatabase: { title: "Une version plus récente de Signet a écrit dans ce dossier", meaning: () => "Cette version ne comprendrait pas tout et n’y touche pas.", next: "Installez la dernière version sur cet ordinateur." },
  mailboxNotValidated: { title: "L’adresse n’est pas validée", meaning: (d) => notValidated(d), next: "Notez comment vous l’avez validée, puis réessayez." },
  mailboxValidationEnded: { title: "La validation de l’adresse a pris fin", meaning: (d) => ended(lapsed(d)), next: "Notez une nouvelle validation, puis réessayez." },
  notSetUp: { title: "Il n’y a pas encore de département", meaning: () => "L’installation n’est pas terminée.", next: "Terminez l’installation." },
  denied: { title: "Une règle l’interdit", meaning: () => "Rien n’a été modifié.", next: "Vérifiez les réglages du département." },
  gatesClosed: { title: "Le département n’est pas prêt pour la production", meaning: () => "Un point de la liste n’est pas rempli.", next: "Remplissez-le, ou passez outre avec un nom et une raison." },
  notOffered: { title: "Ce profil de certificat n’est pas proposé", meaning: () => "La politique du département l’exclut.", next: "Choisissez-en un autre, ou proposez-le dans Politiques." },
  secondOfficer: { title: "Un second opérateur doit approuver", meaning: () => "Vous l’avez demandé, ou vous avez modifié autant de certificats qu’un opérateur seul le peut.", next: "Demandez à un autre opérateur d’approuver depuis son propre compte." },
  whichDepartment: { title: "Il y a plusieurs départements", meaning: () => "Cela se fait pour l’un d’eux.", next: "Choisissez le département." },
  organizationOnly: { title: "Tous les départements partagent ce réglage", meaning: () => "Il concerne le réseau ou cet ordinateur.", next: "Changez-le pour l’organisation." },
  clockBehind: { title: "L’horloge de cet ordinateur retarde", meaning: () => "Elle est en retard sur la dernière entrée du registre. Des certificats mal datés seraient pires qu’aucun.", next: "Mettez l’horloge à l’heure, puis réessayez." },
  keyring: { title: "Le trousseau est absent ou verrouillé", meaning: (d) => `Les clés de votre AC ne peuvent pas être ouvertes${car(d)}.`, next: "Déverrouillez le trousseau de votre compte, ou remettez le fichier de phrase secrète à sa place, puis réessayez." },
  folder: { title: "Le dossier des données est en lecture seule", meaning: (d) => `Rien n’a été enregistré${car(d)}.`, next: "Donnez à votre compte le droit d’y écrire, puis réessayez." },
  diskFull: { title: "Le disque est plein", meaning: () => "Rien n’a été enregistré ; ce qui s’y trouvait est intact.", next: "Faites de la place, puis réessayez." },
  databaseDamaged: { title: "La base de données est abîmée", meaning: (d) => `Signet n’y écrit pas${car(d)}.`, next: "Laissez le dossier tel quel et restaurez votre dernière sauvegarde." },
  databaseBusy: { title: "Un autre programme occupe la base", meaning: () => "Il ne l’a pas libérée en dix secondes.", next: "Attendez l’autre fenêtre ou commande de Signet, puis réessayez." },
  keyElsewhere: { title: "Une clé nécessaire n’est pas ici", meaning: (d) => `Elle a été déplacée sur un support amovible${car(d)}.`, next: "Branchez le support, puis réessayez." },
  portInUse: { title: "Un autre programme utilise ce port", meaning: (d) => `Le serveur ne peut pas écouter sur ${d}. Aucun téléphone ne peut s’enrôler.`, next: "Fermez ce programme, ou choisissez un autre port dans les réglages. Les liens ouverts citent le port et ne marcheront plus." },
  portNotAllowed: { title: "Le système se réserve ce port", meaning: (d) => `Le serveur n’a pas le droit d’écouter sur ${d}.`, next: "Choisissez un port supérieur à 1023 dans les réglages." },
  address: { title: "Cette adresse n’est pas à cet ordinateur", meaning: (d) => `Le serveur ne peut pas écouter sur ${d}. Le réseau a peut-être changé.`, next: "Choisissez de nouveau l’interface dans les réglages." },
  tls: { title: "Le certificat TLS est inutilisable", meaning: (d) => `Sans lui, le serveur ne démarre pas${car(d)}.`, next: "Importez-le de nouveau dans les réglages." },
  file: { title: "Le fichier est inutilisable", meaning: (d) => d, next: "Vérifiez le support et vos droits, puis choisissez de nouveau le fichier." },
  sameFile: { title: "Il faut un fichier par clé", meaning: (d) => `${d} a été choisi pour deux clés. Rien n’a été émis.`, next: "Émettez de nouveau en choisissant un autre nom pour chaque clé." },
  keyLost: { title: "La clé n’a pas pu être enregistrée", meaning: (d) => `Le certificat a été émis, mais sa clé n’a pas pu être écrite dans ${d || "un fichier"}. Personne n’a cette clé : le certificat a été révoqué aussitôt. Celui dont il avait pris la place compte de nouveau, à moins d’avoir été révoqué avec lui.`, next: "Faites de la place sur le support ou choisissez-en un autre, puis émettez de nouveau." },
  keyLostActive: { title: "Un certificat valide dont personne n’a la clé", meaning: (d) => `Le certificat de numéro de série ${d} a été émis, mais sa clé n’a pas pu être enregistrée, et il n’a pas pu être révoqué non plus.`, next: "Faites de la place sur le disque de cet ordinateur, puis révoquez-le sur sa page, avec le motif « Remplacé par un autre certificat »." },
  internal: { title: "Signet a commis une erreur", meaning: () => "Cela n’a pas été enregistré. Tout le reste continue de fonctionner.", next: "Réessayez. Si cela se répète, transmettez le numéro d’incident à l’assistance." },
};
