// sdk.mjs GRAPH TOKEN_ENDPOINT CLIENT SECRET MAILBOX FILE: what Microsoft's own client (npm @microsoft/microsoft-graph-client) sends for the same jobs.
import { readFileSync } from 'node:fs';
import graph from '@microsoft/microsoft-graph-client';

const { Client, FileUpload, LargeFileUploadTask } = graph;
const [base, endpoint, client_id, client_secret, mailbox, path] = process.argv.slice(2);
const form = { grant_type: 'client_credentials', client_id, client_secret, scope: 'https://graph.microsoft.com/.default' };
const { access_token: token } = await (await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) })).json();
const client = Client.init({ baseUrl: `${base}/`, customHosts: new Set(['localhost']), authProvider: (done) => done(null, token) });
const at = (rest) => client.api(`/users/${mailbox}${rest}`);
const mime = Buffer.from(`From: ${mailbox}\r\nTo: bob@corp.test\r\nSubject: sdk\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n`).toString('base64');

await at('/sendMail').header('Content-Type', 'text/plain').post(mime); // the test has it throttled once
await at('/sendMail').post({
  message: { subject: 'sdk', body: { contentType: 'Text', content: 'Hello' }, toRecipients: [{ emailAddress: { address: 'bob@corp.test' } }] },
  saveToSentItems: false,
});
const draft = await at('/messages').header('Content-Type', 'text/plain').post(mime);
const file = readFileSync(path);
const session = await LargeFileUploadTask.createUploadSession(client, `/users/${mailbox}/messages/${draft.id}/attachments/createUploadSession`, {
  AttachmentItem: { attachmentType: 'file', name: 'big.bin', size: file.length },
});
await new LargeFileUploadTask(client, new FileUpload(file, 'big.bin', file.length), session, { rangeSize: 3276800 }).upload();
await at(`/messages/${draft.id}/send`).post();
