// nodemailer-send.mjs PORT CA USER PASSWORD TO MESSAGE TIMES [ATTACHMENT]: sends over one pooled connection; for `make bench`.
// MESSAGE is sent as it stands; with an ATTACHMENT, nodemailer makes the message around it, streaming the file.
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';

const [port, ca, user, pass, to, message, times, attachment] = process.argv.slice(2);
const transport = createTransport({
  host: 'localhost', port: Number(port), requireTLS: true, tls: { ca: readFileSync(ca) },
  auth: { user, pass }, pool: true, maxConnections: 1, maxMessages: Infinity,
});
const envelope = { from: user, to };
const mail = attachment
  ? { envelope, from: user, to, subject: 'bench', text: 'See the attachment.', attachments: [{ path: attachment }] }
  : { envelope, raw: readFileSync(message) };
for (let n = 0; n < Number(times); n += 1) await transport.sendMail(mail);
transport.close();
