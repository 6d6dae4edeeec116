import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeCall } from "../../testing/fakeCall";
import { FakeWorld } from "../../testing/fakeWorld";
import { faults, show } from "../../testing/show";
import SandboxInbox from "./SandboxInbox.svelte";

describe("the sandbox inbox", () => {
  it("says that nothing leaves this computer, and reads what arrived", async () => {
    const { user } = await show(SandboxInbox, {});
    expect(screen.getByText(/Nothing that is sent here leaves it/)).toBeVisible();
    const message = await screen.findByRole("article", { name: "Message" });
    expect(message).toHaveTextContent("It leaves our warehouse tomorrow.");
    screen.getAllByRole("option")[0]?.focus();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(screen.getByRole("article")).toHaveTextContent("rechnung.pdf · 9.1 KB"));
    await user.click(screen.getByRole("radio", { name: "Headers" }));
    expect(screen.getByRole("article")).toHaveTextContent("X-Mailer-Note: sandbox");
    expect(await faults()).toEqual([]);
  });

  it("shows HTML behind two walls, and says what they keep out", async () => {
    const { user } = await show(SandboxInbox, {});
    await screen.findByRole("article");
    await user.click(screen.getByRole("radio", { name: "HTML" }));
    const frame = within(screen.getByRole("article")).getByTitle("HTML of the message");
    expect(frame).toHaveAttribute("sandbox", "");
    expect(frame.getAttribute("srcdoc")).toContain("default-src 'none'");
    expect(screen.getByText(/Remote content is blocked/)).toBeVisible();
  });

  it("offers to start where it does not run", async () => {
    const fake = fakeCall({}, FakeWorld.empty());
    const { user } = await show(SandboxInbox, {}, fake);
    await user.click(screen.getByRole("button", { name: "Start the sandbox" }));
    expect(await screen.findByText("Nothing has arrived yet")).toBeVisible();
    expect(screen.getByText("mira@sandbox.example")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("shows a mail as soon as it arrives", async () => {
    const { fake } = await show(SandboxInbox, {});
    await screen.findByRole("article");
    const [first] = fake.world.mails;
    if (first) fake.world.mails = [{ ...first, mail: { ...first.mail, id: "new", subject: "Just now" } }, ...fake.world.mails];
    fake.tell({ event: "sandbox_changed" });
    expect(await screen.findByText("Just now")).toBeVisible();
  });
});
