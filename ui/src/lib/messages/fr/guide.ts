// Le guide dans la fenêtre.
import { countFr as n } from "../plural";
import type { Messages } from "..";

export const guide: Messages["guide"] = {
  title: "Guide",
  open: "Guide de cet écran",
  consult: "Ouvrir le guide",
  backTo: "Retour à l’écran",
  find: "Chercher dans le guide",
  contents: "Sommaire",
  hits: "Passages trouvés",
  found: (count) => n(count, "passage", "passages"),
  many: (count) => `${count} passages ou plus`,
  nothing: "Rien dans le guide ne contient tous ces mots. Ôtez-en un, ou n’en écrivez qu’une partie.",
  key: "Le guide, à la page de cet écran",
};
