import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { failsWith, fakeCall } from "../../testing/fakeCall";
import { uuid } from "../../testing/sample/ids";
import { vaultAbsent } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import History from "./History.svelte";
import { report } from "./report";

const rows = async () => (await screen.findAllByRole("row")).slice(1);

describe("history", () => {
  it("lists what was sent, newest first, and opens one with its transcript", async () => {
    const { user } = await show(History, { profileId: null });
    expect((await rows())[0]).toHaveTextContent("Sign-in refused");
    await user.click(screen.getByText("Your order 48198 is confirmed"));
    const drawer = await screen.findByRole("region", { name: "Message" });
    expect(within(drawer).getByRole("heading", { level: 2 })).toHaveTextContent("The recipient does not exist at nordfrakt.example");
    expect(within(drawer).getByRole("list", { name: "Transcript" })).toHaveTextContent("235 2.7.0 Authentication successful");
    expect(await faults()).toEqual([]);
  });

  it("is worked by keys: arrows move, Enter opens, the drawer follows, Esc gives the row back", async () => {
    const { user } = await show(History, { profileId: null });
    const [first, second] = await rows();
    first?.focus();
    await user.keyboard("{Enter}");
    await screen.findByRole("region", { name: "Message" });
    await user.keyboard("{ArrowDown}");
    expect(second).toHaveFocus();
    await waitFor(() => expect(second).toHaveAttribute("aria-selected", "true"));
    await user.keyboard("{F6}");
    within(screen.getByRole("region", { name: "Message" })).getByRole("button", { name: "Close" }).focus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("region", { name: "Message" })).toBeNull());
    expect(second).toHaveFocus();
  });

  it("asks Rust for what the filters say, and widens again", async () => {
    const { user, fake } = await show(History, { profileId: null });
    await rows();
    await user.click(screen.getByRole("button", { name: "Failed" }));
    await waitFor(() => expect(screen.queryByText("Accepted")).toBeNull());
    await user.selectOptions(screen.getByRole("combobox", { name: "Transport" }), "Graph");
    await user.type(screen.getByRole("searchbox"), "nothing like it");
    expect(await screen.findByText("No messages match “nothing like it”")).toBeVisible();
    expect(fake.asked.at(-1)?.request).toMatchObject({ outcomes: ["refused", "not_sent", "partly"], transport: "graph", search: "nothing like it" });
    await user.click(screen.getAllByRole("button", { name: "Clear" }).at(-1) as HTMLElement);
    expect(await rows()).toHaveLength(12);
  });

  it("of one sender offers no other senders, and opens what it was asked for", async () => {
    await show(History, { profileId: uuid(1), look: { open: uuid(1002) } });
    expect(await screen.findByRole("region", { name: "Message" })).toHaveTextContent("Your order 48213 is confirmed");
    const opened = screen.getByRole("row", { selected: true });
    expect(opened).toHaveTextContent("Your order 48213 is confirmed");
    await waitFor(() => expect(opened).toHaveFocus());
    expect(screen.queryByRole("combobox", { name: "Sender" })).toBeNull();
  });

  it("shows what the server said to whom it refused", async () => {
    const fake = fakeCall();
    const partly = fake.world.history.find(({ row }) => row.outcome === "partly");
    if (!partly) throw new Error("the sample has no such send");
    partly.recipients = [
      { address: "a@k.example", outcome: "accepted", reply: "250 2.1.5 OK" },
      { address: "b@k.example", outcome: "refused", reply: "550 5.1.10 no such user" },
    ];
    await show(History, { profileId: null, look: { open: partly.row.id } }, fake);
    const drawer = await screen.findByRole("region", { name: "Message" });
    expect(within(drawer).getByText("550 5.1.10 no such user")).toBeVisible();
    expect(within(drawer).queryByText("250 2.1.5 OK")).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it("does not call failed what the person stopped, nor unsaid what was not kept", async () => {
    const fake = fakeCall();
    const [stopped, unknown] = [fake.world.history.at(-1), fake.world.history.find(({ row }) => row.outcome === "uncertain")];
    if (!stopped || !unknown) throw new Error("the sample has no such send");
    stopped.row.cancelled = true;
    unknown.transcript = [];
    await show(History, { profileId: null, look: { open: unknown.row.id } }, fake);
    expect(within((await rows()).at(-1) as HTMLElement).getByRole("img", { name: "Cancelled" })).toBeVisible();
    const drawer = await screen.findByRole("region", { name: "Message" });
    expect(within(drawer).getByText(/^What was said was not kept/)).toBeVisible();
  });

  it("says what fills it, and why it cannot be read", async () => {
    const { unmount } = await show(History, { profileId: uuid(8) });
    expect(await screen.findByText("Nothing has been sent yet")).toBeVisible();
    unmount();
    await show(History, { profileId: null }, fakeCall({ history: failsWith(vaultAbsent) }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The keychain does not answer");
  });

  it("refreshes when Rust tells of a change", async () => {
    const { fake } = await show(History, { profileId: null });
    await rows();
    fake.world.history = fake.world.history.slice(1);
    fake.tell({ event: "history_changed" });
    await waitFor(() => expect(screen.queryByText("Invoice 2026-1182")).toBeNull());
  });

  it("gives a report with everything a colleague needs", () => {
    const detail = fakeCall().world.history[0];
    const text = detail ? report(detail) : "";
    expect(text).toContain("Result      Sign-in refused");
    expect(text).toContain("535 5.7.139");
    expect(text).toContain("C MAIL FROM:<invoices@kestrel.example> SIZE=18422");
  });
});
