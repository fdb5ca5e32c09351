// The ledger.
import { countFr as n, figure } from "../plural";
import type { Messages } from "..";

export const ledger: Messages["ledger"] = {
  title: "Registre",
  sub: "chaque acte, enchaîné par empreinte",
  verify: "Vérifier le registre",
  verifying: "Lecture de chaque ligne",
  ok: (rows) => `${n(rows, "ligne s’enchaîne", "lignes s’enchaînent")} ; rien n’a été modifié ni retiré.`,
  unsigned: (since) => `Depuis le ${since}, des lignes ne sont couvertes par aucune signature, alors qu’elles devraient l’être. Comparez-les à une sauvegarde.`,
  broken: (row) => `La ligne ${row} ne s’enchaîne pas. Laissez ce dossier tel quel et comparez-le à une sauvegarde.`,
  number: "N°",
  at: "Heure (UTC)",
  actor: "Qui",
  event: "Quoi",
  subject: "Sur",
  actors: { officer: "Opérateur", command: "Commande", subscriber: "Personne", device: "Appareil", signet: "Signet" },
  details: "Détails",
  from: (row) => `À partir de la ligne ${figure(row)}, les précédentes dessous.`,
  noRow: (row) => `Il n’y a pas encore de ligne ${figure(row)}. Les plus récentes d’abord.`,
  newest: "Les plus récentes d’abord",
  record: "L’écriture, telle quelle",
  rowOf: (number) => `Ligne ${figure(number)}`,
  hash: "Empreinte",
  emptyTitle: "Il ne s’est encore rien passé",
  emptyText: "Chaque acte d’un opérateur, d’une personne ou d’un téléphone reçoit ici une ligne qu’on ne peut changer sans que cela se voie.",
};
