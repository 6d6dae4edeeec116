import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { ConsentNews } from "../../api/contract/ConsentNews";
import type { ConsentStep } from "../../api/contract/ConsentStep";
import { type Answers, failsWith, fakeCall } from "../../testing/fakeCall";
import { codeRunOut, noCodes, noLinkAtGoogle, pageElsewhere, secretMissing, vaultAbsent, wrongPlatform } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import ConsentSheet from "./ConsentSheet.svelte";

const SUPPORT = "00000000-0000-4000-8000-000000000005";

async function sheet(answers: Answers = {}) {
  const fake = fakeCall(answers);
  // The tests tell the steps themselves.
  const begin = fake.world.answers.begin_consent;
  fake.world.answers.begin_consent = (request) => {
    const tell = fake.world.tell;
    fake.world.tell = () => undefined;
    const view = begin(request);
    setTimeout(() => (fake.world.tell = tell), 5);
    return view;
  };
  const onclose = vi.fn();
  const shown = await show(ConsentSheet, { profileId: SUPPORT, onclose }, fake);
  const tell = (step: ConsentStep, more: Partial<ConsentNews> = {}) => fake.tell({
    event: "consent", consent_id: shown.stores.consent.view?.id ?? "", profile_id: SUPPORT, registration_id: null, step, at: fake.world.at.minutes(0),
    note: null, problem: null, ...more,
  });
  await waitFor(() => expect(shown.stores.consent.view).not.toBeNull());
  return { ...shown, tell, onclose, asked: (command: string) => fake.asked.filter((one) => one.command === command).map(({ request }) => request) };
}

describe("a sign-in", () => {
  it("shows each step as it happens, and who is to sign in", async () => {
    const { tell } = await sheet();
    tell("opened");
    tell("waiting");
    expect(await screen.findByText("Waiting for the sign-in")).toBeVisible();
    expect(screen.getByText("support@kestrel.example")).toBeVisible();
    expect(screen.getByText(/at localhost:51734/)).toBeVisible();
    expect(screen.getByText(/of 5:00/)).toBeVisible();
    expect(screen.getByText("Tokens stored in the keychain")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("goes on where the browser did not open, and says so", async () => {
    const { tell } = await sheet();
    const problem = { ...wrongPlatform, code: "browser-did-not-open", title: "The browser did not open", means: "Copy the link." } as const;
    tell("opened", { problem });
    tell("waiting");
    expect(await screen.findByText("The browser did not open")).toBeVisible();
    expect(screen.queryByText("Browser opened")).toBeNull();
    expect(screen.getByRole("button", { name: "Copy link for another browser" })).toBeVisible();
    tell("done");
    expect(await screen.findByText("Browser")).toBeVisible();
    expect(screen.queryByText("The browser did not open")).toBeNull();
  });

  it("is not moved by news of another one", async () => {
    const { tell } = await sheet();
    tell("failed", { consent_id: "another", problem: wrongPlatform });
    expect(screen.queryByText(wrongPlatform.title)).toBeNull();
  });

  it("that failed says why, with the provider's words, and can be tried again the same way", async () => {
    const { tell, user, asked } = await sheet();
    tell("opened");
    tell("waiting");
    tell("code_received");
    tell("failed", { problem: wrongPlatform });
    expect(await screen.findByText(wrongPlatform.title)).toBeVisible();
    expect(screen.getByText(/AADSTS7000218/)).toBeVisible();
    expect(screen.getByText("Tokens").closest("li")).toHaveClass("failed");
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(asked("begin_consent").at(-1)).toEqual({ profile_id: SUPPORT, route: "loopback", open_browser: true });
    await waitFor(() => expect(screen.queryByText(wrongPlatform.title)).toBeNull());
  });

  it("that worked says who signed in, and warns where that is not the mailbox", async () => {
    const { tell, fake, user, asked } = await sheet();
    const view = fake.world.profiles.find(({ row }) => row.id === SUPPORT);
    if (view) view.identity = { ...view.identity, account: "svc-mailer@kestrel.example", account_mailbox: "mismatch" };
    tell("identity_checked", { note: "svc-mailer@kestrel.example" });
    tell("done");
    expect(await screen.findByText("Signed in as svc-mailer@kestrel.example")).toBeVisible();
    expect(screen.getByText(/only if that account may send as the mailbox/)).toBeVisible();
    expect(screen.getByRole("img", { name: "Another account" })).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Sign in as somebody else" }));
    await waitFor(() => expect(asked("begin_consent")).toHaveLength(2));
  });

  it("that cannot begin says why", async () => {
    await show(ConsentSheet, { profileId: SUPPORT, onclose: () => undefined }, fakeCall({ begin_consent: failsWith(vaultAbsent) }));
    expect(await screen.findByText(vaultAbsent.title)).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("is cancelled by Esc before the sheet closes", async () => {
    const { user, asked, onclose, stores } = await sheet();
    const id = stores.consent.view?.id;
    await user.click(screen.getByRole("button", { name: /^Cancel/ }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("cancel_consent")).toEqual([id]);
  });
});

describe("the way back", () => {
  it("can be changed: the open question is cancelled, the next one goes the other way", async () => {
    const { user, asked } = await sheet();
    await user.click(screen.getByRole("radio", { name: "Paste URL" }));
    await waitFor(() => expect(asked("begin_consent").at(-1)).toMatchObject({ route: "paste" }));
    expect(asked("cancel_consent")).toHaveLength(1);
  });

  it("can be a code: shown large, copied, typed at the provider's page, and made anew when it has run out", async () => {
    const { user, asked, tell, stores } = await sheet();
    await user.click(screen.getByRole("radio", { name: "Device code" }));
    await waitFor(() => expect(asked("begin_consent").at(-1)).toMatchObject({ route: "device" }));
    tell("waiting");
    expect(await screen.findByText("DQ7K-MHZT")).toBeVisible();
    expect(screen.getByText(/runs out in 1[45]:/)).toBeVisible();
    expect(screen.getByText("Waiting for the code to be typed")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Open browser again" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Not arriving?" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Copy code" }));
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe("DQ7K-MHZT");
    await user.click(screen.getByRole("button", { name: "Open page" }));
    expect(asked("open_consent_again")).toEqual([stores.consent.view?.id]);
    expect(await faults()).toEqual([]);
    tell("failed", { problem: codeRunOut });
    expect(await screen.findByText(codeRunOut.title)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Get a new code" }));
    await waitFor(() => expect(asked("begin_consent").filter((one) => (one as { route: string }).route === "device")).toHaveLength(2));
    expect(await screen.findByText("DQ7K-MHZT")).toBeVisible();
  });

  it("that the provider does not have says so, and another one can be taken", async () => {
    const { user, asked, fake } = await sheet();
    const begin = fake.world.answers.begin_consent;
    fake.world.answers.begin_consent = (request) => (request.route === "device" ? Promise.reject(noCodes) : begin(request));
    await user.click(screen.getByRole("radio", { name: "Device code" }));
    expect(await screen.findByText(noCodes.title)).toBeVisible();
    expect(screen.getByRole("radio", { name: "Device code" })).toBeChecked();
    await user.click(screen.getByRole("radio", { name: "Loopback" }));
    await waitFor(() => expect(asked("begin_consent").at(-1)).toMatchObject({ route: "loopback" }));
    await waitFor(() => expect(screen.queryByText(noCodes.title)).toBeNull());
  });

  it.each([
    ["deep link at Google", "Deep link", noLinkAtGoogle],
    ["loopback where a page is registered", "Loopback", pageElsewhere],
    ["deep link where a page is registered", "Deep link", pageElsewhere],
    ["a page without a secret", "Paste URL", secretMissing],
  ])("that cannot work is explained before a browser opens: %s", async (_, route, problem) => {
    const begin = { refuses: false };
    const fake = fakeCall();
    const works = fake.world.answers.begin_consent;
    fake.world.answers.begin_consent = (request) => (begin.refuses ? Promise.reject(problem) : works(request));
    const { user } = await show(ConsentSheet, { profileId: SUPPORT, onclose: () => undefined }, fake);
    await screen.findByText("Waiting for the sign-in");
    await user.click(screen.getByRole("radio", { name: route === "Loopback" ? "Paste URL" : "Loopback" }));
    begin.refuses = true;
    await user.click(screen.getByRole("radio", { name: route }));
    expect(await screen.findByText(problem.title)).toBeVisible();
    expect(screen.getByText(problem.means)).toBeVisible();
    expect(screen.queryByText("Waiting for the sign-in")).toBeNull();
    expect(screen.queryByText("Browser opened")).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it("says what it asks of the app registration", async () => {
    const note = "The stored client secret or certificate is not sent.";
    const fake = fakeCall();
    const begin = fake.world.answers.begin_consent;
    fake.world.answers.begin_consent = async (request) => ({ ...(await begin(request)), note });
    await show(ConsentSheet, { profileId: SUPPORT, onclose: () => undefined }, fake);
    expect(await screen.findByText(note)).toBeVisible();
  });

  it("can be walked by hand when nothing arrives", async () => {
    const { user, asked, stores } = await sheet();
    await user.click(screen.getByRole("button", { name: "Not arriving?" }));
    const field = screen.getByLabelText("Address the browser ended at");
    stores.consent.problem = wrongPlatform;
    await user.type(field, "hello{Enter}");
    expect(field).toBeInvalid();
    expect(screen.queryByText(wrongPlatform.title), "what was said of the last try").toBeNull();
    expect(asked("answer_consent")).toEqual([]);
    await user.clear(field);
    await user.type(field, "http://localhost:51734/oauth2/callback?code=x&state=y{Enter}");
    expect(asked("answer_consent")).toEqual([
      { consent_id: stores.consent.view?.id, text: "http://localhost:51734/oauth2/callback?code=x&state=y" },
    ]);
    expect(field).toHaveValue("");
  });

  it("may end at an error page, whose text is explained while the sign-in stays open", async () => {
    const { user, asked } = await sheet();
    await user.click(screen.getByRole("button", { name: /browser shows an error/ }));
    await user.type(screen.getByLabelText("What does the browser show?"), "AADSTS50011: no such address");
    await user.click(screen.getByRole("button", { name: "Explain" }));
    expect(await screen.findByText(wrongPlatform.title)).toBeVisible();
    expect(asked("explain_browser")).toMatchObject([{ text: "AADSTS50011: no such address" }]);
    expect(screen.getByText("http://localhost/oauth2/callback")).toBeVisible();
    expect(asked("cancel_consent")).toEqual([]);
    expect(await faults()).toEqual([]);
  });
});
