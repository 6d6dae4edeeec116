import { render, screen, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { storesContext } from "../../stores";
import { failsWith, fakeCall } from "../../testing/fakeCall";
import { vaultAbsent, wrongPassphrase } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import Sheets from "../Sheets.svelte";
import VaultNotice from "./VaultNotice.svelte";

/** A window whose vault is a file that `passphrase` opens, or where there is no keychain. */
async function locked(passphrase: string | null, vault: "file" | "keychain") {
  const fake = fakeCall();
  fake.world.passphrase = passphrase;
  Object.assign(fake.world.app, {
    vault, vault_problem: vault === "file" ? wrongPassphrase : vaultAbsent, vault_asks: passphrase === null ? "new_passphrase" : "passphrase",
  });
  const shown = await show(Sheets, {}, fake);
  render(VaultNotice, { context: storesContext(shown.stores) });
  const given = () => fake.asked.filter((one) => one.command === "open_vault_file").map((one) => one.request);
  return { ...shown, given };
}

const dialog = (name: string) => screen.findByRole("dialog", { name });

describe("the vault file", () => {
  it("is asked for at once, and again after a wrong passphrase; nothing of it stays", async () => {
    const { user, given, stores } = await locked("right", "file");
    const sheet = within(await dialog("Open the vault file"));
    expect(await faults()).toEqual([]);
    const field = sheet.getByLabelText<HTMLInputElement>("Passphrase");
    await user.type(field, "wrong{Enter}");
    expect(await sheet.findByText("This passphrase does not open it. Try again.")).toBeVisible();
    expect(field).toHaveValue("");
    expect(field).toHaveFocus();
    await user.type(field, "right");
    await user.click(sheet.getByRole("button", { name: "Open" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.queryByRole("region", { name: "Passwords and tokens" })).toBeNull();
    expect(given()).toEqual([{ passphrase: "wrong" }, { passphrase: "right" }]);
    expect(stores.settings.app?.vault_problem).toBeNull();
  });

  it("can be opened later, from the notice that stays", async () => {
    const { user, given } = await locked("right", "file");
    await user.click(within(await dialog("Open the vault file")).getByRole("button", { name: /Not now/ }));
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Open the vault file…" }));
    expect(await dialog("Open the vault file")).toBeVisible();
    expect(given()).toEqual([]);
  });

  it("is offered where there is no keychain, made with a passphrase typed twice, and the choice can be taken back", async () => {
    const { user, given, stores } = await locked(null, "keychain");
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Make a vault file…" }));
    const sheet = within(await dialog("Make a vault file"));
    expect(sheet.getByText(/Nobody can recover it/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(sheet.getByRole("button", { name: "Make the vault file" }));
    expect(sheet.getByText("Type a passphrase.")).toBeVisible();
    await user.type(sheet.getByLabelText("Passphrase"), "one two three");
    await user.type(sheet.getByLabelText("The same again"), "one two thre{Enter}");
    expect(sheet.getByText("The two differ.")).toBeVisible();
    expect(given()).toEqual([]);
    await user.type(sheet.getByLabelText("The same again"), "e{Enter}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(given()).toEqual([{ passphrase: "one two three" }]);
    expect(stores.settings.app).toMatchObject({ vault: "file", vault_chosen: true });
  });

  it("says in words what else is wrong", async () => {
    const { user, fake } = await locked(null, "keychain");
    fake.world.answers.open_vault_file = failsWith({ ...wrongPassphrase, code: "vault-refused", title: "The vault file cannot be used" });
    await user.click(screen.getByRole("button", { name: "Make a vault file…" }));
    const sheet = within(await dialog("Make a vault file"));
    await user.type(sheet.getByLabelText("Passphrase"), "a");
    await user.type(sheet.getByLabelText("The same again"), "a{Enter}");
    expect(await sheet.findByRole("alert")).toHaveTextContent("The vault file cannot be used");
  });
});
