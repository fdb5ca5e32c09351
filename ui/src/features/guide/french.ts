// Le guide en français.
import { ordered, type Page } from "./pages";

export const pages = ordered(import.meta.glob<Page>("../../../../docs/guide/fr/*.md", { eager: true, import: "default" }));
