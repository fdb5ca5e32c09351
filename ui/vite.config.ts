import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";
import { guide } from "./guide.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), guide()],
  resolve: { alias: { $lib: at("./src/lib"), $pretended: at(mode === "mock" ? "./src/lib/mock/index.ts" : "./src/lib/mock/none.ts") } },
  // The webview is WebKit of 2023 and later. Nothing is inlined: the content security policy allows files of our own only.
  build: { target: "safari16.4", assetsInlineLimit: 0, sourcemap: false, reportCompressedSize: false },
  // The guide lies beside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: [".", "../docs"] } },
  // A busy machine needs its time; what hangs is still found.
  test: { environment: "node", include: ["src/**/*.test.ts"], testTimeout: 60_000 },
}));
