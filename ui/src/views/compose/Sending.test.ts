import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SendReport } from "../../api/contract/SendReport";
import { chips, compose, PROFILE, report } from "../../testing/compose";
import { uncertain } from "../../testing/sample/problems";
import { faults } from "../../testing/show";

afterEach(() => void vi.useRealTimers());

describe("a send", () => {
  it("shows stage and octets, and can be cancelled until the server has it", async () => {
    let finish: (ended: SendReport) => void = () => undefined;
    const { user, to, sent, fake } = await compose({ send: () => new Promise((resolve) => (finish = resolve)) });
    await user.type(to, "a@k.example,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    const news = { event: "send", send_id: sent()[0]?.send_id ?? "", stage: "message", total: 211_000, wait_ms: null, limit_ms: null, check: null } as const;
    fake.tell({ ...news, sent: 131_000, cancellable: true });
    expect(await screen.findByText("Uploading to smtp.office365.com, 131 KB of 211 KB")).toBeVisible();
    expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "62");
    expect(to).toBeDisabled();
    await user.keyboard("{Escape}");
    expect(fake.asked.at(-1)).toMatchObject({ command: "cancel_send", request: news.send_id });
    fake.tell({ ...news, sent: 211_000, cancellable: false });
    expect(await screen.findByText("Too late to cancel")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Cancel/ })).toBeNull();
    expect(await faults()).toEqual([]);
    finish(report({}));
    expect(await screen.findByText(/Accepted by smtp.office365.com in 843 ms/)).toBeVisible();
    expect(screen.getByRole("region", { name: "Result of the send" })).toHaveFocus();
  });

  it("to a server that keeps silent says for how long, and what to check first", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    const { user, to, sent, fake } = await compose({ send: () => new Promise(() => undefined) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const check = "Port 465 begins with TLS: until then the server keeps silent. Set the security to TLS.";
    const send_id = sent()[0]?.send_id ?? "";
    fake.tell({ event: "send", send_id, stage: "ehlo", sent: 0, total: 0, cancellable: true, wait_ms: null, limit_ms: 300_000, check });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(screen.queryByText(check)).toBeNull();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(screen.getByText(check)).toBeVisible();
    expect(screen.getByText("Silent for 12 s; given up after 5 min.")).toBeVisible();
    vi.useRealTimers();
    expect(await faults()).toEqual([]);
  });

  it("that was long on its way begins to wait for the answer when all of it is there", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    const { user, to, sent, fake } = await compose({ send: () => new Promise(() => undefined) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const news = { event: "send", send_id: sent()[0]?.send_id ?? "", stage: "message", total: 900_000, wait_ms: null, limit_ms: 600_000, check: null } as const;
    fake.tell({ ...news, sent: 0, cancellable: true });
    await vi.advanceTimersByTimeAsync(40_000);
    fake.tell({ ...news, sent: 900_000, cancellable: false });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(screen.queryByText(/^Silent for/)).toBeNull();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(screen.getByText("Silent for 7 s; given up after 10 min.")).toBeVisible();
  });

  it.each(["accepted", "partly", "uncertain"] as const)("that ended %s does not leave again by the same gesture", async (outcome) => {
    const { user, to, sent, stores } = await compose({ send: () => report({ outcome }) });
    await user.type(to, "a@k.example,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await user.click(await screen.findByRole("button", { name: /^Send again…/ }));
    await user.keyboard("{Control>}{Enter}{Enter}{/Control}");
    expect(sent()).toHaveLength(1);
    const result = screen.getByRole("region", { name: "Result of the send" });
    expect(result).toHaveFocus();
    expect(within(result).getByText(/Sent again, it/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(within(result).getByRole("button", { name: "Send again" }));
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(await screen.findByRole("button", { name: /^Send again…/ })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Send again" }), "it is asked each time").toBeNull();
    await user.click(screen.getByRole("button", { name: "New message" }));
    expect(stores.outbox.of(PROFILE)).toBeNull();
    expect(screen.queryAllByRole("button", { name: /^Remove / })).toEqual([]);
  });

  it("of a letter that was changed since asks nothing", async () => {
    const { user, to, sent } = await compose({ send: () => report({}) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(await screen.findByRole("button", { name: "Close the result" }));
    expect(screen.getByRole("button", { name: /^Send again…/ })).toBeVisible();
    await user.type(screen.getByLabelText("Subject"), "!");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(await screen.findByRole("region", { name: "Result of the send" })).toBeVisible();
  });

  it("that left is asked about also after another try that came to nothing", async () => {
    const ends: Partial<SendReport>[] = [{}, { outcome: "not_sent", problem: { ...uncertain, code: "cancelled" }, reply: null }];
    const { user, to, sent } = await compose({ send: () => report(ends.shift() ?? {}) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(await screen.findByRole("button", { name: /^Send again…/ }));
    await user.click(await screen.findByRole("button", { name: "Send again" }));
    const result = await screen.findByRole("region", { name: "Result of the send" });
    expect(within(result).getByRole("img", { name: "Cancelled" })).toBeVisible();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("button", { name: "Send again" })).toBeVisible();
    expect(sent()).toHaveLength(2);
    expect(await faults()).toEqual([]);
  });

  it("is asked about again where its result was closed", async () => {
    const { user, to, sent } = await compose({ send: () => report({}) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(await screen.findByRole("button", { name: "Close the result" }));
    expect(screen.queryByRole("region", { name: "Result of the send" })).toBeNull();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("button", { name: "Send again" })).toBeVisible();
    expect(sent()).toHaveLength(1);
  });

  it("opens its own row in History", async () => {
    const { user, to, stores } = await compose({ send: () => report({}) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(await screen.findByRole("button", { name: "Show in History" }));
    expect(stores.nav.place).toEqual({ view: "sender", id: PROFILE, tab: "history", look: { open: report({}).id } });
  });

  it("that went partly can go on to the refused alone", async () => {
    const recipients: SendReport["recipients"] = [
      { address: "a@k.example", outcome: "accepted", reply: "250 2.1.5 OK" },
      { address: "b@xn--bcher-kva.example", outcome: "refused", reply: "450 4.7.1 later" },
    ];
    const { user, to, sent } = await compose({ send: () => report({ outcome: "partly", recipients }) });
    await user.type(to, "a@k.example,B <b@Bücher.example>,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(await screen.findByRole("button", { name: "Send to the refused one…" }));
    expect(chips()).toEqual(["B <b@Bücher.example>"]);
    expect(to).toHaveFocus();
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await waitFor(() => expect(sent()[1]?.message.to).toEqual(["B <b@Bücher.example>"]));
  });

  it("that went partly says so for each recipient", async () => {
    const recipients: SendReport["recipients"] = [
      { address: "a@k.example", outcome: "accepted", reply: "250 2.1.5 OK" },
      { address: "b@k.example", outcome: "refused", reply: "550 5.1.10 not found" },
    ];
    const { user, to } = await compose({ send: () => report({ outcome: "partly", recipients }) });
    await user.type(to, "a@k.example,b@k.example,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    const result = await screen.findByRole("region", { name: "Result of the send" });
    expect(within(result).getByText(/not for 1 of 2 recipients/)).toBeVisible();
    expect(within(result).getByText("550 5.1.10 not found")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("whose end could not be written down says so, and stays accepted", async () => {
    const note = "How it went could not be written down: The disk is full.";
    const { user, to } = await compose({ send: () => report({ note }) });
    await user.type(to, "a@k.example,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    const result = await screen.findByRole("region", { name: "Result of the send" });
    expect(within(result).getByText(note)).toBeVisible();
    expect(within(result).getByText(/^Accepted by/)).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("whose end nobody knows is neither called sent nor failed, and says what to do", async () => {
    const { user, to } = await compose({ send: () => report({ outcome: "uncertain", problem: uncertain, reply: null }) });
    await user.type(to, "a@k.example,");
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    const result = await screen.findByRole("region", { name: "Result of the send" });
    expect(within(result).getByRole("img", { name: "Uncertain" })).toBeVisible();
    expect(within(result).getByText(/Look for it in the mailbox/)).toBeVisible();
    await user.click(within(result).getByRole("button", { name: "Close the result" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Result of the send" })).toBeNull());
  });

  it("that the person stopped is not called a failure", async () => {
    const problem = { ...uncertain, code: "cancelled" as const, title: "The send was cancelled" };
    const { user, to } = await compose({ send: () => report({ outcome: "not_sent", problem, reply: null }) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const result = await screen.findByRole("region", { name: "Result of the send" });
    expect(within(result).getByRole("img", { name: "Cancelled" })).toBeVisible();
    expect(screen.getByRole("button", { name: /^Send/ }), "nothing left").toHaveTextContent(/^Send Ctrl/);
  });

  it("is not begun twice", async () => {
    const { user, to, sent } = await compose({ send: () => new Promise(() => undefined) });
    await user.type(to, "a@k.example,");
    await user.keyboard("{Control>}{Enter}{Enter}{/Control}");
    await fireEvent.keyDown(window, { key: "Enter", ctrlKey: true });
    expect(sent()).toHaveLength(1);
  });
});
