import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { createRawSnippet } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { noSuchRecipient, smtpAuthOff } from "../testing/sample/problems";
import { faults } from "../testing/show";
import Code from "./Code.svelte";
import Copy from "./Copy.svelte";
import HtmlFrame from "./HtmlFrame.svelte";
import Menu from "./Menu.svelte";
import ProblemPanel from "./ProblemPanel.svelte";
import Segmented from "./Segmented.svelte";
import Sheet from "./Sheet.svelte";
import Splitter from "./Splitter.svelte";
import Switch from "./Switch.svelte";

const text = (words: string) => createRawSnippet(() => ({ render: () => `<p>${words}</p>` }));

describe("a problem", () => {
  it("says what failed, why, the other side's words, and each cause with its fix", async () => {
    const user = userEvent.setup();
    render(ProblemPanel, { problem: smtpAuthOff });
    expect(screen.getByRole("alert")).toHaveTextContent("535 5.7.139 Authentication unsuccessful");
    expect(screen.getByText("Very likely")).toBeVisible();
    const second = screen.getByRole("button", { name: /Already turned on/ });
    expect(second).toHaveAttribute("aria-expanded", "false");
    screen.getByRole("button", { name: /turned off for this mailbox/ }).focus();
    await user.keyboard("{ArrowDown}{Enter}");
    expect(second).toHaveAttribute("aria-expanded", "true");
    expect(screen.getByText("Wait and send again")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("names wrong settings with what would be right", () => {
    render(ProblemPanel, {
      problem: { ...noSuchRecipient, said: null, fields: [{ field: "smtp.port", fault: "0 is no port.", remedy: "Use 587." }] },
    });
    expect(screen.getByRole("listitem")).toHaveTextContent("smtp.port 0 is no port. Use 587.");
  });

  it("of settings says each once", () => {
    render(ProblemPanel, {
      problem: {
        ...noSuchRecipient, code: "invalid-settings", said: null, means: "smtp.port: 0 is no port. Use 587.",
        fields: [{ field: "smtp.port", fault: "0 is no port", remedy: "Use 587" }],
      },
    });
    expect(screen.getAllByText(/0 is no port\. Use 587\./)).toHaveLength(1);
  });
});

describe("controls", () => {
  it("a segmented control is a radio group: one stop for Tab, arrows choose", async () => {
    const picked = vi.fn();
    const user = userEvent.setup();
    render(Segmented, { label: "Part", value: "a", options: [{ value: "a", label: "A" }, { value: "b", label: "B" }], onpick: picked });
    await user.tab();
    await user.keyboard("{ArrowRight}");
    expect(screen.getByRole("radio", { name: "B" })).toHaveFocus();
    expect(screen.getByRole("radio", { name: "B" })).toBeChecked();
    expect(picked).toHaveBeenCalledWith("b");
    await user.keyboard("{ArrowRight}");
    expect(screen.getByRole("radio", { name: "A" })).toBeChecked();
    expect(await faults()).toEqual([]);
  });

  it("a switch says what it is", async () => {
    const changed = vi.fn();
    render(Switch, { label: "Enabled", on: true, onchange: changed });
    await userEvent.setup().click(screen.getByRole("switch", { name: "Enabled", checked: true }));
    expect(changed).toHaveBeenCalledWith(false);
  });

  it("a menu is walked by arrows, chosen by Enter, left by Esc with the focus back", async () => {
    const run = vi.fn();
    const user = userEvent.setup();
    render(Menu, { label: "More", items: [{ label: "Duplicate", run: vi.fn() }, { label: "Delete", run }] });
    const button = screen.getByRole("button", { name: "More" });
    await user.click(button);
    expect(screen.getByRole("menuitem", { name: "Duplicate" })).toHaveFocus();
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("menuitem")).toBeNull();
    expect(button).toHaveFocus();
    await user.keyboard("{Enter}{ArrowUp}{Enter}");
    expect(run).toHaveBeenCalledOnce();
  });

  it("a splitter has a value, its keys and its ends", async () => {
    const resized = vi.fn();
    render(Splitter, { label: "Width", value: 210, min: 200, max: 320, side: "left", onresize: resized });
    screen.getByRole("separator", { name: "Width" }).focus();
    await userEvent.setup().keyboard("{ArrowRight}{ArrowLeft}");
    expect(resized.mock.calls).toEqual([[226], [200]]);
  });

  it("a sheet leaves it to its owner what Esc does", async () => {
    const onclose = vi.fn();
    render(Sheet, { title: "New sender", onclose, children: text("inside") });
    const sheet = screen.getByRole("dialog", { name: "New sender" });
    const esc = new Event("cancel", { cancelable: true });
    await fireEvent(sheet, esc);
    expect(esc.defaultPrevented).toBe(true);
    expect(onclose).toHaveBeenCalledOnce();
  });
});

describe("copying", () => {
  it("says that it happened", async () => {
    const user = userEvent.setup();
    render(Copy, { text: () => "made now", label: "Copy report" });
    await user.click(screen.getByRole("button", { name: "Copy report" }));
    expect(await navigator.clipboard.readText()).toBe("made now");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
  });

  it("of a code block takes all of it, by Ctrl+C", async () => {
    const user = userEvent.setup();
    render(Code, { title: "Run in PowerShell", text: "Connect-ExchangeOnline" });
    screen.getByText("Connect-ExchangeOnline").focus();
    await user.keyboard("{Control>}c{/Control}");
    expect(await navigator.clipboard.readText()).toBe("Connect-ExchangeOnline");
  });
});

describe("HTML of others", () => {
  it.each([
    ["<img src='https://tracker.example/p.gif'>", true],
    ["<td background=//cdn.example/b.png>", true],
    ["<p style=\"background:url( 'http://x.example/a' )\">", true],
    ["<img src='cid:logo'><a href='https://k.example'>open</a>", false],
  ])("%s: remote %s", (html, remote) => {
    render(HtmlFrame, { title: "Preview", html });
    expect(screen.queryByText(/Remote content is blocked/) !== null).toBe(remote);
  });

  it("cannot run, post or fetch", () => {
    render(HtmlFrame, { title: "Preview", html: "<script>steal()</script>" });
    expect(screen.getByTitle("Preview")).toHaveAttribute("sandbox", "");
    expect(screen.getByTitle("Preview").getAttribute("srcdoc")).toMatch(/^<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
  });
});
