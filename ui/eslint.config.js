import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const tauriOnlyInApi = {
  group: ["@tauri-apps/*"],
  message: "Only `api/` talks to Rust: take a `Call` instead.",
};
const componentsKnowNobody = {
  group: ["**/stores/*", "**/views/**", "**/api/call", "**/api/events"],
  message: "A component knows neither stores nor the Rust side: hand it what it shows.",
};
const storesKnowNoPictures = {
  group: ["**/views/**", "**/components/**"],
  message: "A store does not know how it is shown.",
};

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/contract/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  { files: ["*.js", "*.ts"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-undef": "off", // TypeScript sees to it.
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Dates, sets and maps are replaced here, never changed in place.
      "svelte/prefer-svelte-reactivity": "off",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/*.svelte"],
    rules: {
      // The Content-Security-Policy refuses style attributes; `style:width={…}` goes through the CSSOM.
      "no-restricted-syntax": [
        "error",
        { selector: "SvelteAttribute[key.name='style']", message: "Use a class, or `style:property={value}`." },
      ],
    },
  },
  { files: ["src/**"], ignores: ["src/api/**"], rules: restricted(tauriOnlyInApi) },
  { files: ["src/components/**"], rules: restricted(tauriOnlyInApi, componentsKnowNobody) },
  { files: ["src/stores/**"], rules: restricted(tauriOnlyInApi, storesKnowNoPictures) },
);

function restricted(...patterns) {
  return { "no-restricted-imports": ["error", { patterns }] };
}
