// All languages at once, for tests.
import { french } from "./french";
import { english, type Locale, type Messages } from "./index";

export const messages: Record<Locale, Messages> = { en: english, fr: french };
