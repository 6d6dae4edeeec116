import { SvelteMap } from "svelte/reactivity";
import { type Call, problemFrom } from "../api/call";
import type { MessageDraft } from "../api/contract/MessageDraft";
import type { Outcome } from "../api/contract/Outcome";
import type { Problem } from "../api/contract/Problem";
import type { SendNews } from "../api/contract/SendNews";
import type { SendReport } from "../api/contract/SendReport";
import type { Transport } from "../api/contract/Transport";

/** A message that left, or may have, and the way it went. */
interface Gone {
  message: MessageDraft;
  way: Transport;
}

/** One send from this window: under way while it has neither `report` nor `problem`. */
export interface Sending {
  sendId: string;
  profileId: string;
  message: MessageDraft;
  /** What left before it for the same sender: a try that fails does not bring it back. */
  before: Gone[];
  news: SendNews | null;
  /** Since when it is where it is, in milliseconds. */
  since: number;
  cancelling: boolean;
  report: SendReport | null;
  problem: Problem | null;
  /** What Compose shows of it: how it ended, or beside that the question whether the same is to go out once more. */
  shows: "result" | "again" | null;
}

/** With these somebody has the message, or may have it. */
const LEFT: Outcome[] = ["accepted", "partly", "uncertain"];

/** What is being sent from this window, one at a time for each sender. */
export class Outbox {
  private readonly sends = new SvelteMap<string, Sending>();

  constructor(private readonly call: Call) {}

  of = (profileId: string): Sending | null => this.sends.get(profileId) ?? null;

  /** What is under way. */
  readonly underWay = $derived([...this.sends.values()].filter(underWay));

  busy = (profileId: string) => underWay(this.of(profileId));

  /** Whether this window still waits to be told how the send ended. */
  awaits = (sendId: string) => [...this.sends.values()].some((sending) => sending.sendId === sendId && underWay(sending));

  send = async (profileId: string, message: MessageDraft, via: Transport | null) => {
    if (this.busy(profileId)) return;
    const sending = $state<Sending>({
      sendId: crypto.randomUUID(),
      profileId,
      message,
      before: gone(this.of(profileId)),
      news: null,
      since: Date.now(),
      cancelling: false,
      report: null,
      problem: null,
      shows: "result",
    });
    this.sends.set(profileId, sending);
    try {
      sending.report = await this.call("send", { send_id: sending.sendId, profile_id: profileId, message, via });
    } catch (raw) {
      sending.problem = problemFrom(raw);
    }
  };

  cancel = async (profileId: string) => {
    const sending = this.of(profileId);
    if (!sending || !underWay(sending)) return;
    sending.cancelling = true;
    // What became of it comes with the report; an error here only says that it is over already.
    await this.call("cancel_send", sending.sendId).catch(() => undefined);
  };

  /** Whether this letter left before, or may have; `letter` is what it is by each way. */
  hasLeft = (profileId: string, letter: (way: Transport) => MessageDraft) =>
    gone(this.of(profileId)).some(({ message, way }) => JSON.stringify(message) === JSON.stringify(letter(way)));

  /** Shows how the last send of this sender ended, asks whether it is to be repeated, or neither. */
  show = (profileId: string, shows: Sending["shows"]) => {
    const sending = this.of(profileId);
    if (sending) sending.shows = shows;
  };

  /** Forgets what this sender sent from here. */
  clear = (profileId: string) => {
    if (!this.busy(profileId)) this.sends.delete(profileId);
  };

  hear = (news: SendNews) => {
    for (const sending of this.sends.values()) {
      if (sending.sendId !== news.send_id) continue;
      if (step(sending.news) !== step(news)) sending.since = Date.now();
      sending.news = news;
    }
  };
}

/** What it waits for: after an upload that is another answer, though the stage is the same. */
function step(news: SendNews | null): string {
  return news ? `${news.stage} ${news.cancellable} ${news.sent < news.total}` : "";
}

function underWay(sending: Sending | null): boolean {
  return sending !== null && !sending.report && !sending.problem;
}

/** What has left once `sending` is over. */
function gone(sending: Sending | null): Gone[] {
  if (!sending) return [];
  const { report, message, before } = sending;
  return report && LEFT.includes(report.outcome) ? [...before, { message, way: report.transport }] : before;
}
