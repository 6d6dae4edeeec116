import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // `tauri.conf.json` names this port; another one would show an empty window.
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  // Tauri's own messages stay readable above ours.
  clearScreen: false,
  build: {
    target: ["es2022", "safari16", "chrome110"],
    // An inlined asset would be a `data:` address, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    // axe looks at every element, and CI machines are slow.
    testTimeout: 30_000,
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.ts"],
    // The tokens' contrast is tested; other styles say nothing in jsdom.
    css: { include: [/tokens\.css/] },
  },
});
