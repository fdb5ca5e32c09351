import { mount } from "svelte";
import App from "./App.svelte";
import { first } from "./features/today/first";
import { host } from "$lib/api";
import { faces, TEXT } from "$lib/fonts";
import { words } from "$lib/i18n.svelte";
import { listen } from "$lib/live.svelte";
import { prefs } from "$lib/prefs.svelte";
import "./styles/index.css";

/** Milliseconds after which the window shows what it has: what is late comes into its place as everywhere. */
const AT_MOST = 250;

prefs.show();
document.documentElement.lang = words.locale;
// Everything at once and the screen made once, complete, instead of a frame, its text and its rows after each other.
const complete = [faces(TEXT), first()];
// After that message: each one waits for those before it.
listen();
const late = new Promise((done) => setTimeout(done, AT_MOST));
// Not first in English and then in the officer's language; in English where that cannot be read.
const spoken = words.load(words.locale).catch(() => {});
const target = document.getElementById("app");
void Promise.all([spoken, Promise.race([Promise.allSettled(complete), late])]).then(() => {
  if (target) mount(App, { target });
  // Not before: what is painted while the page is busy keeps both waiting for each other, on Linux for half a second.
  void host.show();
});
