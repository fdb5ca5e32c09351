import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import config from "./svelte.config.js";

// One door to the program: only lib/api.ts may import the generated bindings or Tauri itself.
const door = {
  paths: [{ name: "@tauri-apps/api", message: "Only src/lib/api.ts speaks to the program." }],
  patterns: [
    { group: ["@tauri-apps/*", "**/bindings"], message: "Only src/lib/api.ts speaks to the program.", allowTypeImports: true },
  ],
};
// lib knows no feature; a feature knows no other feature's insides.
const lib = { ...door, patterns: [...door.patterns, { group: ["**/features/**"], message: "lib knows no feature." }] };

export default ts.config(
  { ignores: ["dist", "dist-mock", "node_modules", "src/bindings.ts"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig: config } },
  },
  {
    rules: {
      "no-undef": "off",
      "no-console": "error",
      "svelte/no-at-html-tags": "error",
      "svelte/no-navigation-without-resolve": "off",
      "svelte/no-useless-mustaches": "off", // {" "} keeps a blank that the compiler would drop
      "@typescript-eslint/no-restricted-imports": ["error", door],
    },
  },
  { files: ["src/lib/**"], rules: { "@typescript-eslint/no-restricted-imports": ["error", lib] } },
  { files: ["src/lib/api.ts"], rules: { "@typescript-eslint/no-restricted-imports": "off" } },
);
