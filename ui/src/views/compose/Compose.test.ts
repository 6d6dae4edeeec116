import { render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { ProfileRow } from "../../api/contract/ProfileRow";
import { storesContext } from "../../stores";
import { chips, compose, PROFILE } from "../../testing/compose";
import { failsWith, fakeCall } from "../../testing/fakeCall";
import { uncertain } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import Compose from "./Compose.svelte";

describe("a message", () => {
  it("begins with its recipients when nothing else has the focus", async () => {
    const { to } = await compose();
    expect(to).toHaveFocus();
  });
});

describe("a sender that cannot sign in", () => {
  const banner = async (row: Partial<ProfileRow>) => {
    const fake = fakeCall();
    const view = fake.world.profiles.find((one) => one.row.id === PROFILE);
    if (!view) throw new Error("the sample has no such sender");
    Object.assign(view.row, { health: "needs_sign_in", ...row });
    return show(Compose, { view }, fake);
  };

  it("is sent to where its password is entered, and to no browser", async () => {
    const { user, stores } = await banner({ sign_in: "password", health_note: "no password is stored" });
    expect(screen.getByText("This sender has nothing to sign in with: no password is stored.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Sign in…" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Add it in Settings" }));
    expect(stores.nav.place).toMatchObject({ id: PROFILE, tab: "settings" });
  });

  it("signs in through the browser where a person does", async () => {
    const { user, stores } = await banner({ sign_in: "delegated" });
    await user.click(screen.getByRole("button", { name: "Sign in…" }));
    expect(stores.nav.sheet).toEqual({ kind: "consent", profileId: PROFILE });
  });
});

describe("recipients", () => {
  it("become chips at a comma, at Enter, and many at once when pasted", async () => {
    const { user, to } = await compose();
    await user.type(to, "a@k.example,b@k.example{Enter}");
    await user.paste("c@k.example; Dora <d@k.example>\ne@k.example");
    expect(chips()).toEqual(["a@k.example", "b@k.example", "c@k.example", "Dora <d@k.example>", "e@k.example"]);
    expect(await faults()).toEqual([]);
  });

  it("are selected by Backspace, then deleted; arrows move", async () => {
    const { user, to } = await compose();
    await user.type(to, "a@k.example,b@k.example,{Backspace}");
    expect(screen.getByRole("button", { name: "Remove b@k.example" })).toHaveFocus();
    await user.keyboard("{ArrowLeft}{Backspace}");
    expect(chips()).toEqual(["b@k.example"]);
    await user.keyboard("{ArrowRight}");
    expect(to).toHaveFocus();
  });

  it("that have a slip get a suggestion, which Fix takes", async () => {
    const { user, to } = await compose();
    await user.type(to, "a@k.example,jan@kestrel,example,");
    expect(screen.getByText("To: 1 recipient")).toBeVisible();
    expect(screen.getByText("Did you mean jan@kestrel.example?")).toBeVisible();
    expect(to).toBeInvalid();
    await user.click(screen.getByRole("button", { name: "Fix" }));
    expect(chips()).toEqual(["a@k.example", "jan@kestrel.example"]);
    expect(screen.getByText("To: 2 recipients")).toBeVisible();
  });

  it("that are missing get the focus instead of a dead button", async () => {
    const { user, to, sent } = await compose();
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    expect(to).toHaveFocus();
    expect(screen.getByText("Add at least one recipient")).toBeVisible();
    expect(sent()).toEqual([]);
  });
});

describe("the message", () => {
  it("goes to Rust as it was written, by Ctrl+Enter", async () => {
    const { user, to, sent } = await compose();
    await user.type(to, "a@k.example");
    await user.selectOptions(screen.getByLabelText("From"), "Kestrel Orders <returns@kestrel.example>");
    await user.type(screen.getByLabelText("Subject"), "Hello");
    await user.click(screen.getByRole("radio", { name: "HTML" }));
    await user.type(screen.getByLabelText("HTML of the message"), "<p>Hi</p><p>there</p>");
    await user.click(screen.getByRole("button", { name: "choose files…" }));
    expect(screen.queryByRole("switch", { name: "Copy in Sent Items" })).toBeNull();
    await user.selectOptions(screen.getByLabelText("Send through"), "graph");
    await user.click(screen.getByRole("switch", { name: "Copy in Sent Items" }));
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(sent()[0]).toMatchObject({
      profile_id: PROFILE, via: "graph",
      message: {
        from: "Kestrel Orders <returns@kestrel.example>", to: ["a@k.example"], subject: "Hello",
        html: "<p>Hi</p><p>there</p>", text: "Hi\n\nthere", attachments: [{ content_id: null }], save_to_sent_items: false,
      },
    });
  });

  it("asks for delivery reports where somebody wants them, by SMTP only", async () => {
    const { user, to, sent } = await compose();
    await user.type(to, "a@k.example");
    await user.click(screen.getByRole("button", { name: "Reports" }));
    await user.click(screen.getByRole("checkbox", { name: "never" }));
    await user.click(screen.getByRole("checkbox", { name: "delivered" }));
    await user.click(screen.getByRole("checkbox", { name: "failed" }));
    expect(screen.getByRole("checkbox", { name: "never" })).not.toBeChecked();
    await user.selectOptions(screen.getByLabelText("A report brings back"), "headers");
    expect(await faults()).toEqual([]);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(sent()[0]?.message).toMatchObject({ dsn: ["success", "failure"], dsn_return: "headers" });
  });

  it("takes headers of its own, each in a row, and gives the keyboard where it is next", async () => {
    const { user, to, sent } = await compose();
    await user.type(to, "a@k.example");
    await user.click(screen.getByRole("button", { name: "Headers" }));
    await user.click(screen.getByRole("button", { name: "Remove header 1" }));
    expect(screen.getByRole("button", { name: "Headers" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByLabelText("Name of header 1")).toHaveFocus();
    await user.keyboard("X-Order{Tab} 17 ");
    await user.click(screen.getByRole("button", { name: "Add another" }));
    expect(screen.getByLabelText("Name of header 2")).toHaveFocus();
    await user.keyboard("X-None");
    await user.click(screen.getByRole("button", { name: "Add another" }));
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Remove header 2" }));
    expect(screen.getByLabelText("Name of header 2")).toHaveFocus();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(sent()[0]?.message.headers).toEqual([["X-Order", "17"]]);
  });

  it("says what is wrong with a header at the header, and goes there", async () => {
    const fields = [{ field: "headers.Sender", fault: "it would name somebody else as the one who sends", remedy: "Leave it out" }];
    const { user, to } = await compose({ send: failsWith({ ...uncertain, code: "invalid-settings", title: "A setting is invalid", said: null, fields }) });
    await user.type(to, "a@k.example");
    await user.click(screen.getByRole("button", { name: "Headers" }));
    await user.keyboard("X-Order{Tab}17");
    await user.click(screen.getByRole("button", { name: "Add another" }));
    await user.keyboard("Sender{Tab}me@k.example");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const wrong = screen.getByLabelText("Name of header 2");
    await waitFor(() => expect(wrong).toHaveFocus());
    expect(wrong).toBeInvalid();
    expect(wrong).toHaveAccessibleDescription("It would name somebody else as the one who sends. Leave it out.");
    expect(screen.getByLabelText("Name of header 1")).toBeValid();
    expect(await faults()).toEqual([]);
    await user.keyboard("{Control>}a{/Control}X-Sender");
    expect(wrong).toBeValid();
  });

  it.each(["Größe", 'X"Y', "X\\Y", "X\u202eY"])("says what is wrong with the name %s until one of its fields is changed", async (name) => {
    const fields = [{ field: `headers.${name}`, fault: "this is not a header's name", remedy: "Use letters" }];
    const { user, to } = await compose({ send: failsWith({ ...uncertain, code: "invalid-settings", title: "A setting is invalid", said: null, fields }) });
    await user.type(to, "a@k.example");
    await user.click(screen.getByRole("button", { name: "Headers" }));
    const wrong = screen.getByLabelText("Name of header 1");
    await user.click(wrong);
    await user.paste(name);
    await user.type(screen.getByLabelText("Value of header 1"), "17");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(wrong).toHaveFocus());
    expect(wrong).toHaveAccessibleDescription("This is not a header's name. Use letters.");
    await user.type(screen.getByLabelText("Value of header 1"), "8");
    expect(wrong).toBeValid();
  });

  it("is shown in a frame that runs nothing and loads nothing", async () => {
    const { user } = await compose();
    await user.click(screen.getByRole("radio", { name: "HTML" }));
    await user.type(screen.getByLabelText("HTML of the message"), '<img src="https://t.example/p.gif">');
    await user.click(screen.getByRole("radio", { name: "Preview" }));
    const frame = screen.getByTitle("Preview of the message");
    expect(frame).toHaveAttribute("sandbox", "");
    expect(frame.getAttribute("srcdoc")).toContain("default-src 'none'");
    expect(screen.getByText(/1 remote item blocked/)).toBeVisible();
  });

  it("keeps its text once it is edited, until it follows the HTML again", async () => {
    const { user, stores } = await compose();
    const draft = stores.drafts.of(PROFILE);
    draft.html = "<p>one</p>";
    expect(draft.text).toBe("one");
    await user.type(await screen.findByLabelText("Text of the message"), "!");
    draft.html = "<p>two</p>";
    expect(draft.text).toBe("one!");
    await user.click(await screen.findByRole("button", { name: "Write the text from the HTML again" }));
    expect(draft.text).toBe("two");
  });

  it("survives another tab", async () => {
    const { user, to, unmount, stores, view } = await compose();
    await user.type(to, "a@k.example,");
    unmount();
    expect(screen.queryByLabelText("To")).toBeNull();
    render(Compose, { props: { view }, context: storesContext(stores) });
    expect(chips()).toEqual(["a@k.example"]);
    await user.type(screen.getByLabelText("To"), "b@k.example,");
    expect(screen.getByText(/2 recipients/)).toBeTruthy();
  });

  it("takes files that are dropped, and shows pictures inline under an id of their own", async () => {
    const { user, fake, stores } = await compose();
    fake.tell({ event: "dragged", files: { count: 1, name: "terms.pdf", size: 96_000 } });
    expect(await screen.findByText("Release to attach terms.pdf, 96.0 KB")).toBeVisible();
    fake.tell({ event: "dragged", files: null });
    expect(await screen.findByRole("button", { name: "choose files…" })).toBeVisible();
    fake.tell({ event: "dragged", files: { count: 0, name: "", size: 0 } });
    expect(await screen.findByText("Only files can be attached")).toBeVisible();
    fake.tell({ event: "dragged", files: { count: 2, name: "logo.png", size: 28_000 } });
    expect(await screen.findByText("Release to attach 2 files, 28.0 KB")).toBeVisible();
    const picture = { name: "logo.png", size: 14_000, content_type: "image/png" };
    fake.tell({ event: "dropped", files: [{ ...picture, file: "1" }, { ...picture, file: "2" }] });
    for (const button of await screen.findAllByRole("button", { name: "Show inline" })) await user.click(button);
    expect(screen.queryByText(/^Release/)).toBeNull();
    const draft = stores.drafts.of(PROFILE);
    expect(draft.attached.map(({ contentId }) => contentId)).toEqual(["logo", "logo-2"]);
    expect(draft.html).toContain('<img src="cid:logo-2" alt="logo.png">');
    expect(draft.fault()?.field).toBe("to");
    await user.click(screen.getAllByRole("button", { name: "Remove logo.png" })[0] as HTMLElement);
    draft.to = [{ written: "a@k.example", address: "a@k.example", valid: true, suggestion: null }];
    expect(draft.fault()).toMatchObject({ field: "html" });
  });
});
