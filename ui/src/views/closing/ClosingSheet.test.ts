import { render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { SendNews } from "../../api/contract/SendNews";
import type { SendReport } from "../../api/contract/SendReport";
import { storesContext } from "../../stores";
import { compose, report } from "../../testing/compose";
import Sheets from "../Sheets.svelte";

/** A message that is being sent, and the window that is to be closed. */
async function closing(news: Partial<SendNews> = {}) {
  let finish: (ended: SendReport) => void = () => undefined;
  const composed = await compose({ send: () => new Promise((resolve) => (finish = resolve)) });
  const { user, fake, to, sent } = composed;
  await user.type(to, "a@k.example,");
  await user.type(screen.getByLabelText("Subject"), "Figures");
  await user.keyboard("{Control>}{Enter}{/Control}");
  const send_id = sent()[0]?.send_id ?? "";
  fake.tell({ event: "send", send_id, stage: "ehlo", sent: 0, total: 0, cancellable: true, wait_ms: null, limit_ms: null, check: null, ...news });
  render(Sheets, { context: storesContext(composed.stores) });
  fake.tell({ event: "close_asked" });
  await screen.findByRole("dialog");
  return { ...composed, finish };
}

describe("a window that is closed on a send", () => {
  it("asks what is to become of it, and goes on as if nothing was when it stays open", async () => {
    const { user, fake } = await closing();
    const dialog = screen.getByRole("dialog", { name: "A message is being sent" });
    expect(dialog).toHaveTextContent(/Figures.*nothing of it is sent/);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(screen.getByRole("button", { name: "Keep open" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(fake.asked.map(({ command }) => command)).not.toContain("cancel_send");
  });

  it("stops it and closes when it is told to", async () => {
    const { user, fake } = await closing();
    await user.click(screen.getByRole("button", { name: "Stop it and close" }));
    expect(fake.asked.at(-1)?.command).toBe("stop_and_close");
  });

  it("says when it is too late to stop it", async () => {
    await closing({ stage: "message", cancellable: false });
    expect(screen.getByText(/The server has all of it/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Close anyway" })).toBeVisible();
  });

  it("has nothing to ask any more once the send has ended", async () => {
    const { finish } = await closing();
    finish(report({}));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
