import { mount } from "svelte";
import App from "./App.svelte";
import { words } from "$lib/i18n.svelte";
import { listen } from "$lib/live.svelte";
import { prefs } from "$lib/prefs.svelte";
import "./styles/index.css";

prefs.show();
document.documentElement.lang = words.locale;
listen();
const target = document.getElementById("app");
// Not first in English and then in the officer's language; in English where that cannot be read.
void words.load(words.locale).finally(() => target && mount(App, { target }));
