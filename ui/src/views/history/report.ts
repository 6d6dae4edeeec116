import type { HistoryDetail } from "../../api/contract/HistoryDetail";

/** One send as text, for a ticket or a colleague: everything on screen, and no secret since Rust held none. */
export function report(detail: HistoryDetail): string {
  const { row, problem } = detail;
  const lines = [
    `Sendright report`,
    ``,
    `Result      ${row.result}`,
    `Time        ${row.started_at}`,
    `Sender      ${row.profile_name}`,
    `From        ${detail.from}`,
    `To          ${detail.recipients.map((one) => one.address).join(", ") || row.to}`,
    `Subject     ${row.subject}`,
    `Message-ID  ${detail.message_id}`,
    `Transport   ${row.transport}`,
    `Stage       ${detail.stage}`,
  ];
  if (problem) lines.push(``, problem.title, problem.means);
  if (problem?.said ?? detail.reply) lines.push(``, problem?.said ?? detail.reply ?? "");
  const transcript = detail.transcript.map(
    (line) => `${(line.at_ms / 1_000).toFixed(3)} ${{ client: "C", server: "S", note: "*" }[line.side]} ${line.text}`,
  );
  return [...lines, ``, ...transcript, ``].join("\n");
}
