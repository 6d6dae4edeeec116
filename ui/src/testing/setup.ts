import "@testing-library/jest-dom/vitest";
import { configure } from "@testing-library/svelte";

// What is waited for comes when it comes: one second is short where much else runs.
configure({ asyncUtilTimeout: 10_000 });

// What jsdom lacks of a browser, no more than our components use.
globalThis.matchMedia ??= (query) =>
  ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as never;
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};
Element.prototype.scrollIntoView ??= () => undefined;
// axe asks for one to tell icon fonts from words; there are no icon fonts.
HTMLCanvasElement.prototype.getContext = () => null;
