// The palette and the list of keys.
import type { Messages } from "..";

export const palette: Messages["palette"] = {
  title: "Chercher ou agir",
  do: "Agir",
  people: "Personnes",
  enrollments: "Enrôlements",
  go: "Aller à",
  nothing: (text) => `Rien ne correspond à « ${text} ». Essayez une partie d’un nom ou d’une adresse.`,
  invite: (name) => `Inviter ${name}`,
  choose: "choisir",
  doIt: "exécuter",
  promise: "Rien n’est révoqué sans question",
  newPerson: "Nouvelle personne",
  start: "Démarrer le serveur",
  stop: "Arrêter le serveur",
  light: "Thème clair",
  dark: "Thème sombre",
  verify: "Vérifier le registre",
  about: "À propos de Signet",
  keys: "Montrer toutes les touches",
  whom: "Qui voulez-vous inviter ?",
};

export const keys: Messages["keys"] = {
  title: "Touches",
  palette: "Chercher ou agir",
  nouns: "Aller à une rubrique, de haut en bas",
  find: "Chercher dans cette liste",
  move: "Ligne suivante ou précédente",
  open: "Ouvrir la ligne",
  leave: "Fermer, ou revenir",
  person: "Nouvelle personne",
  invite: "Inviter",
  help: "Cette liste",
  textSize: "Texte plus grand, plus petit, normal",
  back: "Retour",
};
