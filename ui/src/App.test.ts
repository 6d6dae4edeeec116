import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Problem } from "./api/contract/Problem";
import type { SaveProfile } from "./api/contract/SaveProfile";
import App from "./App.svelte";
import { Stores } from "./stores";
import { failsWith, type Fake, fakeCall } from "./testing/fakeCall";
import { FakeWorld } from "./testing/fakeWorld";
import { vaultAbsent } from "./testing/sample/problems";
import { faults } from "./testing/show";

beforeEach(() => localStorage.clear());

function open(fake: Fake = fakeCall()) {
  const stores = new Stores(fake.call, fake.hear, () => fake.world.at.now);
  render(App, { props: { stores } });
  return { stores, fake, user: userEvent.setup() };
}

const item = (name: RegExp) => screen.findByRole("treeitem", { name });
const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
/** The glyph of a notice that is no success. */
const warning = (text: string) => within(screen.getByText(text).parentElement as HTMLElement).getByRole("img", { name: "Warning" });

describe("the window", () => {
  it("opens with the first sender, and axe finds nothing", async () => {
    open();
    expect(await heading("Order confirmations")).toBeVisible();
    expect(await screen.findByText("All three work together")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("offers three ways to begin where there is no sender, the first focused", async () => {
    const { user } = open(fakeCall({}, FakeWorld.empty()));
    const add = await screen.findByRole("button", { name: /Add a sender/ });
    expect(add).toHaveFocus();
    await user.keyboard("{ArrowDown}");
    expect(screen.getByRole("button", { name: /Try it in the sandbox/ })).toHaveFocus();
    expect(await faults()).toEqual([]);
    await user.click(add);
    expect(await screen.findByRole("dialog", { name: "New sender" })).toBeVisible();
  });

  it("starts the sandbox in one click and shows what can be sent from there", async () => {
    const world = FakeWorld.empty();
    const sandbox = new FakeWorld().profiles.filter((one) => one.row.sandbox);
    const { user } = open(fakeCall({
      start_sandbox: () => {
        world.profiles = sandbox;
        return new FakeWorld().sandbox;
      },
    }, world));
    await user.click(await screen.findByRole("button", { name: /Try it in the sandbox/ }));
    expect(await heading("Sandbox, SMTP")).toBeVisible();
    expect(screen.getByText("Sandbox")).toBeVisible();
  });

  it("says why a file was not taken until that is dismissed", async () => {
    const { user } = open(fakeCall({ import_file: failsWith(vaultAbsent) }));
    await heading("Order confirmations");
    await user.keyboard("{Control>}o{/Control}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The keychain does not answer");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says what became of a file, and that an issuer was asked", async () => {
    const report = {
      created: ["hidden", "Reports"], changed: [], unchanged: [], not_yet: [], missing_secrets: ["client-secret of hidden"],
      found: ['hidden: token_endpoint = "https://id.example/token"'], sign_in_again: [],
    };
    const { user } = open(fakeCall({ import_file: () => report }));
    await heading("Order confirmations");
    await user.keyboard("{Control>}o{/Control}");
    const notice = "2 created, 0 changed, 1 secret still to be stored; endpoints looked up at the issuer";
    expect(await screen.findByText(notice)).toBeVisible();
    expect(warning(notice)).toBeVisible();
  });

  it("says in place why senders cannot be read", async () => {
    open(fakeCall({ list_profiles: failsWith(vaultAbsent) }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The keychain does not answer");
    expect(screen.queryByText("Add your first sender")).toBeNull();
  });

  it("deletes at once, and Ctrl+Z brings the sender back", async () => {
    const { user, fake } = open();
    await heading("Order confirmations");
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await user.click(screen.getByRole("menuitem", { name: "Delete" }));
    expect(await screen.findByText("Order confirmations deleted")).toBeVisible();
    expect(await heading("Invoices")).toBeVisible();
    await user.keyboard("{Control>}z{/Control}");
    expect(await heading("Order confirmations")).toBeVisible();
    expect(fake.asked.filter((one) => one.command === "restore_profile")).toHaveLength(1);
  });

  it("goes where the keys say", async () => {
    const { user } = open();
    await heading("Order confirmations");
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect(await heading("Invoices")).toBeVisible();
    await user.keyboard("{Control>}3{/Control}");
    expect(screen.getByRole("tab", { name: "History" })).toHaveAttribute("aria-selected", "true");
    await user.keyboard("{Control>},{/Control}");
    expect(await heading("Settings")).toBeVisible();
    await user.keyboard("{Control>}\\{/Control}");
    expect(screen.queryByRole("tree")).toBeNull();
  });

  it("leaves Ctrl+D to the text while somebody writes", async () => {
    const { user, fake } = open();
    await heading("Order confirmations");
    await user.keyboard("{Control>}k{/Control}{Control>}d{/Control}");
    expect(fake.asked.some((one) => one.command === "duplicate_profile")).toBe(false);
    (await item(/Order confirmations/)).focus();
    await user.keyboard("{Control>}d{/Control}");
    expect(await heading("Order confirmations copy")).toBeVisible();
  });

  it("is shown larger and smaller by the keys, over sheets too, and the next time as well", async () => {
    const { user, fake, stores } = open();
    await heading("Order confirmations");
    await user.keyboard("{Control>}n{/Control}");
    await user.keyboard("{Control>}={/Control}{Control>}+{/Control}{Control>}-{/Control}");
    const sizes = () => fake.asked.filter((one) => one.command === "set_zoom").map((one) => one.request);
    expect(sizes()).toEqual([1.1, 1.25, 1.1]);
    const next = new Stores(fake.call, fake.hear);
    expect(next.zoom.percent).toBe(110);
    stores.zoom.reset();
    expect(sizes().at(-1)).toBe(1);
    for (let press = 0; press < 20; press += 1) stores.zoom.larger();
    expect(stores.zoom.percent).toBe(300);
  });

  it("writes a sender to a file, and says where", async () => {
    const { user, fake } = open();
    await heading("Order confirmations");
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await user.click(screen.getByRole("menuitem", { name: "Export…" }));
    expect(await screen.findByText("Written to senders.toml, without secrets")).toBeVisible();
    await user.keyboard("{Control>}k{/Control}export all{Enter}");
    const asked = fake.asked.filter((one) => one.command === "export_file").map((one) => one.request);
    expect(asked).toEqual([[fake.world.profiles[0]?.row.id], []]);
  });

  it("moves by F6 from pane to pane", async () => {
    const { user } = open();
    (await item(/Order confirmations/)).focus();
    await user.keyboard("{F6}");
    expect(screen.getByRole("main")).toContainElement(document.activeElement as HTMLElement);
  });
});

describe("the list of senders", () => {
  it("is a tree for the keyboard", async () => {
    const { user } = open();
    const first = await item(/Order confirmations/);
    first.focus();
    await user.keyboard("{ArrowDown}{Enter}");
    expect(await heading("Invoices")).toBeVisible();
    await user.keyboard("{ArrowLeft}");
    expect(await item(/^Production/)).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    expect(screen.queryByRole("treeitem", { name: /Invoices/ })).toBeNull();
    expect(within(await item(/^Production/)).getByRole("img", { name: "Failing" })).toBeVisible();
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(await item(/Order confirmations/)).toHaveFocus();
    await user.keyboard("ne");
    expect(await item(/Newsletter/)).toHaveFocus();
  });

  it("is filtered by Ctrl+K, then offers commands; Esc gives the focus back", async () => {
    const { user } = open();
    const sender = await item(/Order confirmations/);
    sender.focus();
    await user.keyboard("{Control>}k{/Control}alerts");
    const found = await screen.findAllByRole("option");
    expect(found[0]).toHaveTextContent("Monitoring alerts");
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}{Escape}");
    expect(await item(/Order confirmations/)).toHaveFocus();
    await user.keyboard("{Control>}k{/Control}sandbox inbox{Enter}");
    expect(await heading("Sandbox inbox")).toBeVisible();
  });

  it("says so when nothing matches", async () => {
    const { user } = open();
    await heading("Order confirmations");
    await user.keyboard("{Control>}k{/Control}zzz");
    expect(await screen.findByText("No sender and no command matches “zzz”.")).toBeVisible();
  });
});

describe("a link to a document", () => {
  it("opens in the person's browser, and the window stays", async () => {
    const { user, fake } = open();
    await user.click(await item(/Invoices/));
    await user.click(await screen.findByRole("button", { name: "Show the fix" }));
    await user.click(screen.getByRole("link", { name: "https://aka.ms/smtp_auth_disabled" }));
    expect(fake.asked.at(-1)).toEqual({ command: "open_link", request: "https://aka.ms/smtp_auth_disabled" });
  });
});

describe("what another program changes", () => {
  const orders = (fake: Fake) => {
    const view = fake.world.profiles.find(({ row }) => row.name === "Order confirmations");
    if (!view) throw new Error("the sample has no such sender");
    return view;
  };

  it("is shown, while a half-written letter and what went wrong stay", async () => {
    const { user, fake } = open(fakeCall({ import_file: failsWith(vaultAbsent) }));
    await user.click(await screen.findByRole("tab", { name: "Compose" }));
    await user.keyboard("{Control>}o{/Control}");
    await screen.findByText("The keychain does not answer");
    await user.type(screen.getByLabelText("Subject"), "Half a le");
    orders(fake).row.name = "Orders, renamed";
    fake.tell({ event: "profiles_changed" });
    fake.tell({ event: "history_changed" });
    expect(await heading("Orders, renamed")).toBeVisible();
    expect(await item(/^Orders, renamed/)).toBeVisible();
    expect(screen.getByLabelText("Subject")).toHaveValue("Half a le");
    expect(screen.getByText("The keychain does not answer")).toBeVisible();
  });

  it("is read once more at most, however much is told at once", async () => {
    const { fake } = open();
    await heading("Order confirmations");
    fake.asked.length = 0;
    for (let told = 0; told < 20; told += 1) fake.tell({ event: "history_changed" });
    await screen.findByText("All three work together");
    await new Promise((settled) => setTimeout(settled));
    expect(fake.asked.filter(({ command }) => command === "list_profiles")).toHaveLength(2);
  });

  it("closes the page of a sender that it removed, but not over a letter", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("tab", { name: "Compose" }));
    await user.type(screen.getByLabelText("Subject"), "H");
    fake.world.profiles = fake.world.profiles.filter(({ row }) => row.name !== "Order confirmations");
    fake.tell({ event: "profiles_changed" });
    expect(await screen.findByRole("alert")).toHaveTextContent("This sender was removed elsewhere");
    expect(await heading("Order confirmations")).toBeVisible();
    expect(screen.queryByRole("treeitem", { name: /^Order confirmations/ })).toBeNull();
    expect(screen.getByLabelText("Subject")).toHaveValue("H");
    expect(await faults()).toEqual([]);
    await user.clear(screen.getByLabelText("Subject"));
    expect(await heading(fake.world.profiles[0]?.row.name ?? "")).toBeVisible();
    expect(warning("Order confirmations was removed elsewhere")).toBeVisible();
  });

  it("closes the page of a sender that it removed, but not over changed settings", async () => {
    const { user, fake, stores } = open();
    await user.click(await screen.findByRole("tab", { name: "Settings" }));
    await user.type(await screen.findByLabelText("Reply-To"), "x");
    fake.world.profiles = fake.world.profiles.filter(({ row }) => row.name !== "Order confirmations");
    fake.tell({ event: "profiles_changed" });
    expect(await screen.findByRole("alert")).toHaveTextContent("This sender was removed elsewhere");
    expect(screen.getByText("1 change not saved")).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Revert" }));
    expect(await heading(fake.world.profiles[0]?.row.name ?? "")).toBeVisible();
    expect(stores.toasts.all.map(({ text }) => text)).toEqual(["Order confirmations was removed elsewhere"]);
  });

  it("is not overwritten unseen by settings under edit; once it is seen they are saved", async () => {
    const late: Problem = { ...vaultAbsent, code: "changed-elsewhere", title: "It was changed elsewhere in the meantime" };
    let refuse = true;
    const fake = fakeCall({ save_profile: (request) => {
      if (!refuse) return fake.world.answers.save_profile(request);
      refuse = false;
      fake.world.answers.save_profile({ settings: { ...request.settings, reply_to: "", tags: ["moved"] }, seen: null });
      return Promise.reject(late);
    } });
    const { user } = open(fake);
    await user.click(await screen.findByRole("tab", { name: "Settings" }));
    await user.type(await screen.findByLabelText("Reply-To"), "x");
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(await screen.findByText(late.title)).toBeVisible();
    expect(screen.getByLabelText("Tags")).toHaveValue("moved");
    expect(screen.getByText(/^Changed elsewhere while you edit: Sender\./)).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(await screen.findByText("Saved")).toBeVisible();
    expect(screen.queryByText(/^Changed elsewhere/)).toBeNull();
    const [first, second] = fake.asked.filter(({ command }) => command === "save_profile").map(({ request }) => request as SaveProfile);
    expect(second?.settings).toEqual({ ...first?.settings, tags: ["moved"] });
    expect(second?.seen).toEqual({ ...first?.seen, reply_to: "", tags: ["moved"] });
  });
});
