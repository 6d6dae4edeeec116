import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { ConsentNews } from "../../api/contract/ConsentNews";
import type { ConsentStep } from "../../api/contract/ConsentStep";
import { failsWith, fakeCall } from "../../testing/fakeCall";
import { noCodes } from "../../testing/sample/problems";
import { uuid } from "../../testing/sample/ids";
import { faults, show } from "../../testing/show";
import AdminConsentSheet from "./AdminConsentSheet.svelte";

const MAILER = uuid(101);

async function sheet(fake = fakeCall()) {
  const onclose = vi.fn();
  const shown = await show(AdminConsentSheet, { registrationId: MAILER, onclose }, fake);
  const tell = (step: ConsentStep, more: Partial<ConsentNews> = {}) => fake.tell({
    event: "consent", consent_id: shown.stores.consent.view?.id ?? "", profile_id: null, registration_id: MAILER, step,
    at: fake.world.at.minutes(0), note: null, problem: null, ...more,
  });
  const asked = (command: string) => fake.asked.filter((one) => one.command === command).map(({ request }) => request);
  return { ...shown, tell, asked, onclose };
}

describe("an administrator", () => {
  it("gets a link that is copied or opened, and nobody's browser opens by itself", async () => {
    const { user, asked, stores } = await sheet();
    expect(await screen.findByText("Waiting for the administrator")).toBeVisible();
    expect(asked("begin_admin_consent")).toEqual([{ registration_id: MAILER, route: null, open_browser: false }]);
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    expect(await navigator.clipboard.readText()).toBe(stores.consent.view?.url);
    await user.click(screen.getByRole("button", { name: "Open in the browser" }));
    expect(asked("open_consent_again")).toEqual([stores.consent.view?.id]);
    expect(screen.queryByRole("radio", { name: "Device code" })).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it("may sit elsewhere: the address where that browser ended is pasted", async () => {
    const { user, asked, stores } = await sheet();
    await screen.findByText("Waiting for the administrator");
    await user.click(screen.getByRole("radio", { name: "Paste URL" }));
    await waitFor(() => expect(asked("begin_admin_consent").at(-1)).toMatchObject({ route: "paste" }));
    const field = await screen.findByLabelText("Address the browser ended at");
    const ended = "http://localhost/oauth2/callback?admin_consent=True&tenant=t&state=s";
    await user.type(field, `${ended}{Enter}`);
    expect(asked("answer_consent")).toEqual([{ consent_id: stores.consent.view?.id, text: ended }]);
  });

  it("who allows the app is believed to have done so in the tenant that the answer names", async () => {
    const fake = fakeCall();
    fake.world.consentEnds = "done";
    const { stores } = await sheet(fake);
    expect(await screen.findByText("The app is allowed for the organisation")).toBeVisible();
    await waitFor(() => expect(stores.registrations.of(MAILER)?.admin_consent).not.toBeNull());
    expect(await screen.findByText("11111111-2222-3333-4444-555555555555")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("who declines is quoted, and can be asked again", async () => {
    const { tell, user, asked } = await sheet();
    await screen.findByText("Waiting for the administrator");
    tell("failed", { problem: { ...noCodes, code: "consent-declined", title: "The administrator declined", said: "AADSTS65004: denied" } });
    expect(await screen.findByText("The administrator declined")).toBeVisible();
    expect(screen.getByText("AADSTS65004: denied")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(asked("begin_admin_consent")).toHaveLength(2));
  });

  it("whom the provider does not know cannot be asked, and the sheet says why", async () => {
    await sheet(fakeCall({ begin_admin_consent: failsWith(noCodes) }));
    expect(await screen.findByText(noCodes.title)).toBeVisible();
  });

  it("is not waited for once the sheet is closed", async () => {
    const { user, asked, onclose, stores } = await sheet();
    await screen.findByText("Waiting for the administrator");
    const id = stores.consent.view?.id;
    await user.click(screen.getByRole("button", { name: /^Cancel/ }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("cancel_consent")).toEqual([id]);
  });
});
