import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import App from "../App.svelte";
import { Stores } from "../stores";
import { type Fake, fakeCall } from "../testing/fakeCall";
import { FakeWorld } from "../testing/fakeWorld";
import { uuid } from "../testing/sample/ids";
import { faults } from "../testing/show";

beforeEach(() => localStorage.clear());

function open(fake: Fake) {
  const stores = new Stores(fake.call, fake.hear, () => fake.world.at.now);
  render(App, { props: { stores } });
  return { stores, user: userEvent.setup() };
}

describe("messages that may have been sent", () => {
  const notice = () => screen.queryByRole("region", { name: "Uncertain messages" });
  const shown = (fake: Fake) => fake.asked.filter(({ command }) => command === "saw_uncertain").map(({ request }) => request);

  /** The one message of the sample's history whose end nobody knows. */
  function cutOff(world: FakeWorld) {
    const row = world.history.map((one) => one.row).find(({ outcome }) => outcome === "uncertain");
    if (!row) throw new Error("the sample has no uncertain message");
    return row;
  }

  it("are told of from before this start until they are shown, then never again", async () => {
    const fake = fakeCall();
    const row = cutOff(fake.world);
    fake.world.unseen = [row.id];
    const { user } = open(fake);
    await waitFor(() => expect(notice()).toHaveTextContent("1 message may have been sent, or not"));
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Show them" }));
    expect(await screen.findByText("May have been sent")).toBeVisible();
    expect(screen.queryByText("Sign-in refused")).toBeNull();
    expect(notice()).toBeNull();
    expect(shown(fake)).toEqual([[row.id]]);
    fake.tell({ event: "history_changed" });
    await screen.findByRole("heading", { level: 1, name: "All history" });
    expect(notice()).toBeNull();
  });

  it("are told of when another program leaves them, until they are opened or dismissed", async () => {
    const fake = fakeCall();
    const row = cutOff(fake.world);
    const { user } = open(fake);
    await screen.findByRole("heading", { level: 1, name: "Order confirmations" });
    expect(notice()).toBeNull();
    fake.world.unseen = [row.id];
    fake.tell({ event: "history_changed" });
    await waitFor(() => expect(notice()).toBeVisible());
    await user.click(await screen.findByText("All history"));
    await user.click(await screen.findByText(row.subject));
    expect(await screen.findByRole("region", { name: "Message" })).toBeVisible();
    expect(notice()).toBeNull();
    fake.world.unseen = [uuid(7)];
    fake.tell({ event: "history_changed" });
    await waitFor(() => expect(notice()).toBeVisible());
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(notice()).toBeNull();
    expect(shown(fake).flat()).toEqual([row.id, uuid(7)]);
  });

  it("that leave from here are told of by Compose, and above it where that is out of sight", async () => {
    const world = new FakeWorld();
    world.sendEnds = "uncertain";
    let sent = "";
    let end: () => void = () => undefined;
    const fake = fakeCall({
      send: async (request) => {
        world.unseen = [(sent = request.send_id)];
        fake.tell({ event: "history_changed" });
        await new Promise<void>((resolve) => (end = resolve));
        return world.answers.send(request);
      },
    }, world);
    const { stores, user } = open(fake);
    await user.click(await screen.findByRole("tab", { name: "Compose" }));
    await user.type(screen.getByRole("textbox", { name: "To" }), "ana@example.org,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await waitFor(() => expect(stores.uncertain.ids).toHaveLength(1));
    expect(notice()).toBeNull();
    end();
    await user.click(await screen.findByRole("button", { name: "Close the result" }));
    expect([notice(), shown(fake)]).toEqual([null, [[sent]]]);
    await user.type(screen.getByLabelText("Subject"), "Once more");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await user.click(screen.getByRole("tab", { name: "Overview" }));
    end();
    await waitFor(() => expect(notice()).toBeVisible());
    await user.click(screen.getByRole("tab", { name: "Compose" }));
    expect(await screen.findByRole("region", { name: "Result of the send" })).toBeVisible();
    expect(notice()).toBeNull();
  });
});
