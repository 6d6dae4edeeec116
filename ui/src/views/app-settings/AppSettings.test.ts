import { screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeCall } from "../../testing/fakeCall";
import { vaultAbsent } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import AppSettings from "./AppSettings.svelte";

describe("settings of the app", () => {
  it("change the theme and how long history is kept", async () => {
    const { user, fake } = await show(AppSettings, {});
    await user.click(screen.getByRole("radio", { name: "Dark" }));
    await user.selectOptions(screen.getByRole("combobox", { name: "Keep history for" }), "1 year");
    expect(fake.world.app.settings).toEqual({ theme: "dark", history_days: 365 });
    expect(await faults()).toEqual([]);
  });

  it("ask before history is removed", async () => {
    const { user, fake } = await show(AppSettings, {});
    const choice = screen.getByRole("combobox", { name: "Keep history for" });
    await user.selectOptions(choice, "7 days");
    expect(fake.world.app.settings.history_days).toBe(90);
    await user.click(screen.getByRole("button", { name: "Keep 90 days" }));
    expect(choice).toHaveDisplayValue("90 days");
    await user.selectOptions(choice, "7 days");
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Remove it" }));
    expect(fake.world.app.settings.history_days).toBe(7);
    expect(screen.queryByRole("button", { name: "Remove it" })).toBeNull();
  });

  it("show a number of days that the list does not have", async () => {
    const fake = fakeCall();
    fake.world.app.settings.history_days = 45;
    await show(AppSettings, {}, fake);
    expect(screen.getByRole("combobox", { name: "Keep history for" })).toHaveDisplayValue("45 days");
  });

  it("say where things are kept, and what is wrong with the keychain", async () => {
    const fake = fakeCall();
    fake.world.app.vault_problem = vaultAbsent;
    await show(AppSettings, {}, fake);
    expect(screen.getByText("/home/mira/.local/share/sendright")).toBeVisible();
    expect(screen.getByRole("alert")).toHaveTextContent("SENDRIGHT_VAULT=file");
  });

  it("take back the choice of the vault file", async () => {
    const fake = fakeCall();
    Object.assign(fake.world.app, { vault: "file", vault_chosen: true });
    const { user } = await show(AppSettings, {}, fake);
    expect(screen.getByText("The vault file")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Use the keychain again" }));
    expect(await screen.findByText("The keychain")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Use the keychain again" })).toBeNull();
  });

  it("show how large everything is", async () => {
    const { user } = await show(AppSettings, {});
    await user.click(screen.getByRole("button", { name: "Larger" }));
    expect(screen.getByText("110 %")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Actual size" }));
    expect(screen.getByText("100 %")).toBeVisible();
  });

  it("open a registration", async () => {
    const { user, stores } = await show(AppSettings, {});
    await user.click(screen.getByRole("button", { name: "Edit Kestrel Mailer" }));
    expect(stores.nav.sheet).toMatchObject({ kind: "registration", id: expect.any(String) });
  });
});
