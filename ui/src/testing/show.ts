import { render } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import type { Component } from "svelte";
import { Stores, storesContext } from "../stores";
import { type Fake, fakeCall } from "./fakeCall";

/** Shows a view with stores that ask a made-up world; everything is read once before it returns. */
export async function show<Props extends Record<string, unknown>>(
  view: Component<Props>,
  props: Props,
  fake: Fake = fakeCall(),
  prepare: (stores: Stores) => unknown = () => undefined,
) {
  const stores = new Stores(fake.call, fake.hear, () => fake.world.at.now);
  stores.hear((news) => stores.take(news));
  await Promise.all([stores.settings.load(), stores.profiles.load(), stores.registrations.load(), stores.sandbox.load(), stores.uncertain.follow()]);
  await prepare(stores);
  const shown = render(view as Component, { props, context: storesContext(stores) });
  return { ...shown, stores, fake, user: userEvent.setup() };
}

/** What axe finds wrong in what is shown, in words that help; empty: nothing. */
export async function faults(element: Element = document.body): Promise<string[]> {
  const found = await axe.run(element, {
    // A part of a page is no page; colours have no meaning in jsdom, their contrast is checked on the tokens.
    rules: { region: { enabled: false }, "color-contrast": { enabled: false } },
  });
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}
