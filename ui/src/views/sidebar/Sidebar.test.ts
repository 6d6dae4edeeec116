import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../../App.svelte";
import { Stores } from "../../stores";
import { fakeCall } from "../../testing/fakeCall";

async function open() {
  const fake = fakeCall();
  const stores = new Stores(fake.call, fake.hear, () => fake.world.at.now);
  render(App, { props: { stores } });
  await screen.findByRole("heading", { level: 1, name: "Order confirmations" });
  return { fake, user: userEvent.setup() };
}

afterEach(() => vi.restoreAllMocks());

describe("the sidebar", () => {
  it("brings the sender that was chosen elsewhere into sight", async () => {
    const { user } = await open();
    const scroll = vi.spyOn(Element.prototype, "scrollIntoView");
    await user.keyboard("{Control>}k{/Control}newsletter{Enter}");
    await waitFor(() => expect(scroll.mock.contexts).toEqual([screen.getByRole("treeitem", { name: /Newsletter/ })]));
  });

  it("does by keys what its search lists beside them", async () => {
    const { user, fake } = await open();
    await user.keyboard("{Control>}k{/Control}sandbox{Control>}b{/Control}");
    await waitFor(() => expect(fake.asked.some(({ command }) => command === "start_sandbox")).toBe(true));
  });
});
