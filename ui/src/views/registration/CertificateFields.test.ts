import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { Problem } from "../../api/contract/Problem";
import { type Answers, fakeCall } from "../../testing/fakeCall";
import { uuid } from "../../testing/sample/ids";
import { faults, show } from "../../testing/show";
import RegistrationSheet from "./RegistrationSheet.svelte";

const MAILER = uuid(101);

async function sheet(answers: Answers = {}, fake = fakeCall(answers), id: string | null = MAILER) {
  const onclose = vi.fn();
  const shown = await show(RegistrationSheet, { id, onclose }, fake);
  const asked = (command: string) => fake.asked.filter((one) => one.command === command).map(({ request }) => request);
  return { ...shown, onclose, asked };
}

const refused = (field: string, fault: string, remedy: string): Problem => ({
  code: "invalid-settings", title: "", means: "", said: null, retry: "after_change", retry_after_ms: null, causes: [], source: null,
  fields: [{ field, fault, remedy }],
});
const passwordFault = refused("certificate.password", "its private key is encrypted", "Give the password that it was made with");
const keyFault = refused("certificate.key_file", "it holds no private key", "Name it");

/** A registration that has a certificate, and whose senders all sign in by themselves. */
function certified() {
  const fake = fakeCall();
  fake.world.answers.set_certificate({ registration: MAILER, files: { file: "", key_file: null, password: null } });
  fake.world.profiles.forEach(({ row }) => (row.sign_in = "app-only"));
  return fake;
}

describe("a certificate", () => {
  const web = async (answers: Answers = {}) => {
    const shown = await sheet(answers);
    await shown.user.selectOptions(screen.getByLabelText("Way back"), "page");
    await shown.user.type(screen.getByLabelText("Address of the page"), "app.kestrel.example/back");
    await shown.user.click(screen.getByRole("radio", { name: "Certificate" }));
    return shown;
  };

  it("is chosen as a file, its password asked for, its facts shown, and kept when the sheet is saved", async () => {
    const fake = fakeCall();
    const { user, asked, onclose } = await web({
      read_certificate: ({ password }) =>
        password === "of-a-test" ? (fake.world.answers.read_certificate as () => never)() : Promise.reject(passwordFault as never),
    });
    await user.click(screen.getByRole("button", { name: "Choose file…" }));
    const password = await screen.findByLabelText("Password of the file");
    expect(password).toHaveAccessibleDescription("Its private key is encrypted. Give the password that it was made with.");
    expect(await faults()).toEqual([]);
    await user.type(password, "of-a-test");
    await user.tab();
    expect(await screen.findByText("8B5E85A14AA8A9BBD44D5A4DAD59576BBD09B672")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("set_certificate")).toMatchObject([{ registration: MAILER, files: { key_file: null, password: "of-a-test" } }]);
  });

  it("that lacks its key asks for the key’s file", async () => {
    const fake = fakeCall();
    const { user, asked } = await web({
      read_certificate: ({ key_file }) => (key_file ? (fake.world.answers.read_certificate as () => never)() : Promise.reject(keyFault as never)),
    });
    await user.click(screen.getByRole("button", { name: "Choose file…" }));
    const choose = await screen.findByRole("button", { name: "Choose key file…" });
    expect(screen.queryByText(/It holds no private key/), "the first of two files is right").toBeNull();
    await user.click(choose);
    expect(await screen.findByText(/CN=Kestrel Mailer/)).toBeVisible();
    expect(asked("read_certificate")).toHaveLength(2);
  });

  it("that is kept shows its thumbprint, gives its public part for the portal, and is removed after a question", async () => {
    const { user, asked, fake, stores } = await web();
    (fake.world.answers.set_certificate as (request: unknown) => unknown)({ registration: MAILER });
    await stores.registrations.load();
    expect(await screen.findByText("8B5E85A14AA8A9BBD44D5A4DAD59576BBD09B672")).toBeVisible();
    expect(screen.getByText("the certificate is used; the secret is kept")).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Save public part…" }));
    expect(asked("save_certificate")).toEqual([MAILER]);
    await user.click(screen.getByRole("button", { name: "Remove…" }));
    expect(asked("remove_secret")).toEqual([]);
    expect(screen.getByRole("button", { name: "Keep" })).toHaveFocus();
    await user.click(screen.getByRole("button", { name: "Remove for good" }));
    await waitFor(() => expect(asked("remove_secret")).toEqual([{ owner: MAILER, name: "certificate" }]));
    expect(await screen.findByRole("button", { name: "Choose file…" })).toBeVisible();
  });

  it("that is there makes way for a secret that was chosen, after a question", async () => {
    const { user, asked, onclose } = await sheet({}, certified());
    await user.click(screen.getByRole("radio", { name: "Client secret" }));
    expect(screen.getByText("saving removes the certificate")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(/The certificate and its key are removed for good/);
    expect(await faults()).toEqual([]);
    expect(asked("save_registration")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Remove it and save" }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("remove_secret")).toEqual([{ owner: MAILER, name: "certificate" }]);
  });

  it.each([
    ["Client secret", () => screen.getByLabelText("Client secret"), /Paste the app’s client secret/],
    ["Certificate", () => screen.getByRole("group", { name: "File" }), /Choose the certificate’s file/],
  ] as const)("or secret that was chosen and is not there is asked for: %s", async (choice, place, words) => {
    const fake = certified();
    const mailer = fake.world.registrations.find(({ settings }) => settings.id === MAILER);
    if (!mailer) throw new Error("the sample has no such registration");
    Object.assign(mailer, choice === "Client secret" ? { has_client_secret: false } : { certificate: null });
    const { user, asked } = await sheet({}, fake);
    await user.click(screen.getByRole("radio", { name: choice }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(words)).toBeVisible();
    expect(place().contains(document.activeElement)).toBe(true);
    expect(asked("save_registration")).toEqual([]);
  });

  it("is not offered where the provider takes none", async () => {
    const { user } = await sheet({}, fakeCall(), null);
    await user.selectOptions(screen.getByLabelText("Provider"), "google");
    expect(screen.queryByRole("radio", { name: "Certificate" })).toBeNull();
  });
});
