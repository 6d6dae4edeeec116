import type { SandboxMailDetail } from "../../api/contract/SandboxMailDetail";
import type { SandboxView } from "../../api/contract/SandboxView";
import { type Moments, uuid } from "./ids";

export const sampleSandbox: SandboxView = {
  running: true,
  addresses: [
    ["Identity provider", "https://127.0.0.1:42617"],
    ["SMTP, STARTTLS", "127.0.0.1:42618"],
    ["SMTP, TLS", "127.0.0.1:42619"],
    ["IMAP, TLS", "127.0.0.1:42620"],
    ["IMAP, STARTTLS", "127.0.0.1:42621"],
    ["Graph", "https://127.0.0.1:42620"],
  ],
  user: "mira@sandbox.example",
  mails: 3,
};

const SUBJECTS = ["Your order 48213 is confirmed", "Rechnung März, mit Anhang", "Hello from Graph"];

/** What has arrived in the sandbox, newest first. */
export function sampleMails(at: Moments): SandboxMailDetail[] {
  return SUBJECTS.map((subject, index) => ({
    mail: {
      id: uuid(2001 + index),
      received_at: at.minutes(-7 - index * 31),
      transport: index === 2 ? "graph" : "smtp",
      from: "mira@sandbox.example",
      to: ["ana@example.org"],
      subject,
      size: 2_481 + index * 9_120,
    },
    headers: [
      ["Date", "Tue, 24 Nov 2026 14:20:51 +0000"],
      ["From", "Kestrel Orders <mira@sandbox.example>"],
      ["To", "ana@example.org"],
      ["Subject", subject],
      ["Message-ID", `<${index}.c1@sandbox.example>`],
      ["X-Mailer-Note", "sandbox"],
    ],
    text: "Thank you for your order.\n\nIt leaves our warehouse tomorrow.\n",
    html: index === 1 ? null : "<h1>Thank you</h1><p>It leaves our warehouse <b>tomorrow</b>.</p><img src='https://example.org/pixel.png' alt=''>",
    attachments: index === 1 ? [{ file: "", name: "rechnung.pdf", size: 9_120, content_type: "application/pdf" }] : [],
    source: `From: Kestrel Orders <mira@sandbox.example>\r\nTo: ana@example.org\r\nSubject: ${subject}\r\n\r\nThank you for your order.\r\n`,
  }));
}
