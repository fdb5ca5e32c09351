// Ce qu’on peut faire des certificats une fois émis, et ce que cela entraîne.
import type { Messages } from "..";
import { countFr as n } from "../plural";

const certificates = (count: number) => n(count, "certificat", "certificats");

export const life: Messages["life"] = {
  verbs: {
    hold: "Suspendre",
    maybeLost: "Peut-être perdu",
    reinstate: "Rétablir",
    revoke: "Révoquer",
    offboard: "Départ d’une personne",
  },
  one: {
    hold: (use, name) => `Suspendre « ${use} » de ${name} ?`,
    maybeLost: (use, name) => `Suspendre « ${use} » de ${name}, dont le téléphone est peut-être perdu ?`,
    reinstate: (use, name) => `Rétablir « ${use} » de ${name} ?`,
    revoke: (use, name) => `Révoquer « ${use} » de ${name} ?`,
  },
  many: {
    hold: (count) => `Suspendre ${certificates(count)} ?`,
    maybeLost: (count) => `Suspendre ${certificates(count)}, les téléphones étant peut-être perdus ?`,
    reinstate: (count) => `Rétablir ${certificates(count)} ?`,
    revoke: (count) => `Révoquer ${certificates(count)} ?`,
  },
  act: {
    hold: (count) => `Suspendre ${certificates(count)}`,
    maybeLost: (count) => `Suspendre ${certificates(count)}`,
    reinstate: (count) => `Rétablir ${certificates(count)}`,
    revoke: (count) => `Révoquer ${certificates(count)}`,
  },
  ask: "Demander à un second officier",
  first: {
    hold: "La prochaine CRL les dit suspendus, aussitôt ; les programmes qui vérifient ne s’y fient plus jusqu’au rétablissement.",
    maybeLost: "La prochaine CRL les dit suspendus, aussitôt ; les programmes qui vérifient ne s’y fient plus.",
    reinstate: "La prochaine CRL ne les nomme plus ; les programmes s’y fient de nouveau dès qu’ils l’ont lue.",
    revoke: "La prochaine CRL les nomme aussitôt ; les programmes qui vérifient les refusent pour toujours.",
  },
  breaks: {
    signedMail: "Courriel signé : le nouveau est refusé, et la plupart des programmes doutent aussi de l’ancien.",
    mailToThem: "Courriel chiffré : plus personne ne peut chiffrer pour eux. Ce qui l’est déjà reste lisible avec la clé.",
    networkAccess: "Le Wi-Fi et le VPN refusent ces téléphones à la prochaine vérification.",
    documentsToThem: "Documents : rien de nouveau n’est chiffré pour eux. Les anciens restent lisibles avec la clé.",
    enrollmentUnderWay: "Un enrôlement en cours prend fin.",
    noneLeft: "Quelqu’un n’a plus aucun certificat d’une sorte.",
  },
  affected: "Changés",
  untouched: "Intacts",
  further: (count) => `et ${n(count, "autre", "autres")}`,
  finalAt: (when) => `Sauf rétablissement d’ici là, ils sont révoqués le ${when}.`,
  undo: {
    hold: "Une suspension se lève à tout moment.",
    maybeLost: "Rétablissez-les si le téléphone réapparaît.",
    reinstate: "On peut les suspendre de nouveau.",
    revoke: "Une révocation est irréversible.",
  },
  second: "Un tel nombre demande deux personnes. Votre demande est gardée ; un autre officier l’approuve depuis son propre compte.",
  why: "Pourquoi, pour le registre",
  whyHint: "Une phrase qu’on comprendra dans un an.",
  milder: "Suspendre plutôt",
  looking: "On regarde ce que cela ferait",
  done: {
    hold: (count) => `${certificates(count)} en suspens. La CRL le dit.`,
    maybeLost: (count) => `${certificates(count)} en suspens. La CRL le dit.`,
    reinstate: (count) => `Rétabli : ${certificates(count)}.`,
    revoke: (count) => `Révoqué : ${certificates(count)}. La CRL le dit.`,
  },
  asked: "Gardé. Un second officier doit l’approuver.",
  picked: (count) => n(count, "certificat choisi", "certificats choisis"),
  pick: (name, use) => `Choisir ${use} de ${name}`,
  pickAll: "Choisir tous ceux affichés",
  clear: "Ne rien choisir",
  waiting: {
    title: (asker, verb, count) => `${asker} demande : ${verb}, ${certificates(count)}`,
    own: "Attend un autre officier, depuis son propre compte.",
    approve: "Approuver",
    refuse: "Refuser",
    withdraw: "Retirer",
    approveTitle: (verb, count) => `Approuver : ${verb}, ${certificates(count)} ?`,
    approveDoes: ["C’est fait aussitôt, sous votre nom et celui de qui l’a demandé.", "Les certificats qui ont changé entre-temps sont laissés de côté."],
    approved: "Approuvé et fait.",
    refused: "Refusé. Rien n’a changé.",
  },
};
