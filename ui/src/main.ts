import { mount } from "svelte";
import { call } from "./api/call";
import { hasRust, hear } from "./api/events";
import App from "./App.svelte";
import { Stores } from "./stores";
import "./tokens.css";
import "./app.css";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

if (hasRust() && navigator.userAgent.includes("Mac")) document.documentElement.dataset.titlebar = "overlay";
mount(App, { target, props: { stores: await makeStores() } });

/** With Rust behind it, the window asks Rust; `npm run dev` in a browser shows a made-up world. */
async function makeStores(): Promise<Stores> {
  if (!import.meta.env.DEV || hasRust()) return new Stores(call, hear);
  const { devStores } = await import("./testing/devStores");
  return devStores(new URLSearchParams(location.search));
}
