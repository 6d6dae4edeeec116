import type { SendNews } from "../../api/contract/SendNews";
import type { Transport } from "../../api/contract/Transport";
import { size } from "../../text/when";

/**
 * The steps of a send, by way: stages as Rust names them. By SMTP a token is none, because it is fetched beside the first
 * four and told of only where it is still waited for after them; nor is the wait for a turn or a connection.
 */
const STAGES: Record<Transport, string[]> = {
  smtp: ["dns", "tcp", "tls", "ehlo", "auth", "sender", "message"],
  graph: ["token", "message"],
};

/** What is being done, in words. */
export function stageWords(news: SendNews | null, host: string): string {
  if (news === null) return "Preparing the message";
  if (news.stage === "pace") return `${host} takes only so many messages a minute${when(news)}`;
  if (news.wait_ms !== null) return `${host} asks us to wait ${Math.ceil(news.wait_ms / 1000)} s`;
  switch (news.stage) {
    case "connection": return `Waiting for a free connection to ${host}`;
    case "token": return "Getting the credentials";
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

/** How long it is until it goes on, where that is known. */
function when({ wait_ms }: SendNews): string {
  return wait_ms === null ? "" : `: going on in ${Math.ceil(wait_ms / 1000)} s`;
}

/** "step 4 of 7". Empty where the stage is no step. */
export function stepWords(news: SendNews | null, transport: Transport): string {
  const stages = STAGES[transport];
  const at = stages.indexOf(news?.stage ?? "");
  return at < 0 ? "" : `step ${at + 1} of ${stages.length}`;
}

/** After this long at one step somebody wonders whether anything happens, in milliseconds. */
const A_WHILE = 5_000;

/** "Silent for 12 s; given up after 5 min." Empty before somebody wonders; `at`: how long it is where it is, in milliseconds. */
export function silenceWords(news: SendNews | null, at: number): string {
  if (!news?.limit_ms || news.wait_ms !== null || at < A_WHILE) return "";
  const uploads = news.stage === "message" && news.sent < news.total;
  return uploads ? "" : `Silent for ${span(at)}; given up after ${span(news.limit_ms)}.`;
}

/** In seconds, as long as they can be pictured. */
function span(ms: number): string {
  return ms < 120_000 ? `${Math.floor(ms / 1_000)} s` : `${Math.floor(ms / 60_000)} min`;
}

/** Between 0 and 1, by octets handed over: nothing else is known. */
export function part(news: SendNews | null): number {
  return news?.stage === "message" && news.total > 0 ? Math.min(1, news.sent / news.total) : 0;
}
