// The guide in English.
import { ordered, type Page } from "./pages";

export const pages = ordered(import.meta.glob<Page>(["../../../../docs/guide/*.md", "../../../../docs/glossary.md"], { eager: true, import: "default" }));
