import { screen } from "@testing-library/svelte";
import type { SendReport } from "../api/contract/SendReport";
import type { SendRequest } from "../api/contract/SendRequest";
import Compose from "../views/compose/Compose.svelte";
import { type Answers, fakeCall } from "./fakeCall";
import { show } from "./show";

export const PROFILE = "00000000-0000-4000-8000-000000000001";

/** Compose of a sender that sends by SMTP and could by Graph. */
export async function compose(answers: Answers = {}) {
  const fake = fakeCall(answers);
  const view = fake.world.profiles.find(({ row }) => row.id === PROFILE);
  if (!view) throw new Error("the sample has no such sender");
  const shown = await show(Compose, { view }, fake);
  const sent = () => fake.asked.filter(({ command }) => command === "send").map(({ request }) => request as SendRequest);
  return { ...shown, view, sent, to: screen.getByLabelText("To") };
}

/** How a send ended: well, unless `more` says otherwise. */
export const report = (more: Partial<SendReport>): SendReport => ({
  id: PROFILE, outcome: "accepted", message_id: "<1@k.example>", transport: "smtp", recipients: [], reply: "250 OK",
  stage: "message", elapsed_ms: 843, problem: null, note: null, ...more,
});

/** The recipients, in their order. */
export const chips = () => screen.getAllByRole("button", { name: /^Remove / }).map((one) => one.getAttribute("aria-label")?.slice(7));
