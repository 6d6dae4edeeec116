import type { SendNews } from "../../api/contract/SendNews";
import type { Transport } from "../../api/contract/Transport";
import { size } from "../../text/when";

/** The stages of a send, as Rust names them, by way. */
const STAGES: Record<Transport, string[]> = {
  smtp: ["token", "dns", "tcp", "tls", "ehlo", "auth", "sender", "message"],
  graph: ["token", "message"],
};

/** What is being done, in words. */
export function stageWords(news: SendNews | null, host: string): string {
  if (news === null) return "Preparing the message";
  if (news.wait_ms !== null) return `${host} asks us to wait ${Math.ceil(news.wait_ms / 1000)} s`;
  switch (news.stage) {
    case "token": return "Getting a token";
    case "dns": return `Looking up ${host}`;
    case "tcp": return `Connecting to ${host}`;
    case "tls": return "Protecting the connection";
    case "ehlo": return `Greeting ${host}`;
    case "auth": return "Signing in";
    case "sender": return "Naming sender and recipients";
    case "message": return news.sent < news.total
      ? `Uploading to ${host}, ${size(news.sent)} of ${size(news.total)}`
      : `Waiting for the answer of ${host}`;
    default: return news.stage;
  }
}

/** "step 4 of 8"; only senders with `tokens` begin by getting one. Empty where the stage is none of the usual. */
export function stepWords(news: SendNews | null, transport: Transport, tokens: boolean): string {
  const stages = STAGES[transport].filter((stage) => tokens || stage !== "token");
  const at = stages.indexOf(news?.stage ?? "");
  return at < 0 ? "" : `step ${at + 1} of ${stages.length}`;
}

/** Between 0 and 1, by octets handed over: nothing else is known. */
export function part(news: SendNews | null): number {
  return news?.stage === "message" && news.total > 0 ? Math.min(1, news.sent / news.total) : 0;
}
