import type { HistoryDetail } from "../../api/contract/HistoryDetail";
import type { HistoryRow } from "../../api/contract/HistoryRow";
import type { Outcome } from "../../api/contract/Outcome";
import type { ProfileRow } from "../../api/contract/ProfileRow";
import type { Problem } from "../../api/contract/Problem";
import type { TranscriptLine } from "../../api/contract/TranscriptLine";
import { type Moments, uuid } from "./ids";
import { noSuchRecipient, smtpAuthOff, uncertain } from "./problems";

type Line = [
  minutes: number, sender: string, to: string, subject: string, outcome: Outcome, result: string, elapsed: number,
];

const LINES: Line[] = [
  [-4, "Invoices", "accounts@nordfrakt.example", "Invoice 2026-1182", "refused", "Sign-in refused", 1310],
  [-12, "Order confirmations", "m.okafor@halden.example", "Your order 48213 is confirmed", "accepted", "Accepted", 840],
  [-15, "Password resets", "t.nowak@example.org", "Reset your Kestrel password", "accepted", "Accepted", 660],
  [-30, "Order confirmations", "ines.duarte@porto-lab.example", "Your order 48212 is confirmed", "accepted", "Accepted", 910],
  [-46, "HR notices", "all-staff@kestrel.example +11", "Office closed on Friday", "partly", "10 of 12 accepted", 1200],
  [-63, "Monitoring alerts", "it-ops@kestrel.example", "[resolved] disk usage on web-03", "accepted", "Accepted", 310],
  [-80, "Monitoring alerts", "it-ops@kestrel.example", "[firing] disk usage on web-03 above 90 %", "accepted", "Accepted", 290],
  [-95, "Invoices", "accounts@nordfrakt.example", "Invoice 2026-1181", "uncertain", "May have been sent", 2740],
  [-112, "Order confirmations", "accounts@nordfrakt.example", "Your order 48198 is confirmed", "refused", "No such recipient", 1120],
  [-1500, "Newsletter", "seed-list@kestrel.example", "November: what is new", "accepted", "Accepted", 580],
  [-1560, "Order confirmations", "b.lindholm@harbordental.example", "Your order 48197 is confirmed", "accepted", "Accepted", 790],
  [-12000, "Order confirmations", "t.nowak@lumen-labs.example", "Your order 47810 is confirmed", "not_sent", "No connection", 30020],
];

/** What the made-up company has sent, newest first. */
export function sampleHistory(at: Moments, profiles: ProfileRow[]): HistoryDetail[] {
  return LINES.map((line, index) => detail(line, index + 1, at, profiles));
}

function detail(line: Line, number: number, at: Moments, profiles: ProfileRow[]): HistoryDetail {
  const [minutes, sender, to, subject, outcome, result, elapsed] = line;
  const profile = profiles.find((one) => one.name === sender);
  const row: HistoryRow = {
    id: uuid(1000 + number),
    profile_id: profile?.id ?? null,
    profile_name: sender,
    provider: profile?.provider ?? null,
    started_at: at.minutes(minutes),
    elapsed_ms: elapsed,
    transport: profile?.transport ?? "smtp",
    to,
    subject,
    outcome,
    result,
    cancelled: false,
    sandbox: false,
  };
  const problem = problemOf(result);
  return {
    row,
    from: profile?.mailbox ?? "",
    message_id: `<${48_000 + number}.c1@kestrel.example>`,
    size: 18_422,
    stage: outcome === "accepted" ? "message" : "auth",
    recipients: [{ address: to.split(" ")[0] ?? to, outcome: outcome === "accepted" ? "accepted" : "refused", reply: null }],
    reply: problem?.said ?? "250 2.0.0 OK",
    problem,
    transcript: transcript(profile?.mailbox ?? "", to, problem),
    draft_left: false,
  };
}

function problemOf(result: string): Problem | null {
  if (result === "Sign-in refused") return smtpAuthOff;
  if (result === "No such recipient") return noSuchRecipient;
  if (result === "May have been sent") return uncertain;
  return null;
}

function transcript(from: string, to: string, problem: Problem | null): TranscriptLine[] {
  const lines: [TranscriptLine["side"], string][] = [
    ["note", "TLS 1.3, certificate for smtp.office365.com"],
    ["client", "AUTH XOAUTH2"],
    ["server", "334"],
    ["client", "(token)"],
    ["server", "235 2.7.0 Authentication successful"],
    ["client", `MAIL FROM:<${from}> SIZE=18422`],
    ["server", "250 2.1.0 Sender OK"],
    ["client", `RCPT TO:<${to}>`],
    ["server", problem?.said ?? "250 2.1.5 Recipient OK"],
    ["client", "QUIT"],
  ];
  return lines.map(([side, text], index) => ({ at_ms: 412 + index * 71, side, text, bad: text === problem?.said }));
}
