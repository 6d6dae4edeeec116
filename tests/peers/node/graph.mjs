// A stand-in for Microsoft Graph's mail part: nobody publishes one. What judges a request is not ours: Prism, with Microsoft's own
// OpenAPI document. This records each request, asks the judge, checks the token, keeps drafts and upload sessions, and
// hands accepted mail to Postfix, so that it arrives over IMAP.
//   GET /__requests     what was asked so far        POST /__fault {"match":"sendMail","from":"alice@corp.test","status":429,"times":1,"headers":{"Retry-After":"1"}}
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { jwtVerify } from 'jose';
import nodemailer from 'nodemailer';

const LIMIT = 4 * 1024 * 1024; // octets; Graph refuses larger requests
const AUDIENCES = ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000'];

class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}
const refuse = (...args) => { throw new Refusal(...args); };

const read = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const answer = (res, status, body, headers = {}) => {
  res.writeHead(status, { 'request-id': randomUUID(), ...(body && { 'content-type': 'application/json; odata.metadata=minimal' }), ...headers });
  res.end(body && JSON.stringify(body));
};
const addresses = (list) => (list ?? []).map(({ emailAddress }) => ({ name: emailAddress.name ?? '', address: emailAddress.address }));

// A body of base64 text becomes the octets it stands for.
function mimeOf(body) {
  const text = body.toString('latin1').replace(/\s+/g, '');
  const fine = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
  return fine ? Buffer.from(text, 'base64') : refuse(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
}

class Graph {
  constructor({ tokenKey, judgePort, relayPort }) {
    Object.assign(this, { tokenKey, judgePort, requests: [], faults: [], drafts: new Map(), sessions: new Map() });
    this.relay = nodemailer.createTransport({ host: '127.0.0.1', port: relayPort, ignoreTLS: true });
  }

  record(req, body) {
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, name === 'authorization' ? value.replace(/(Bearer ).*/i, '$1…') : value]));
    this.requests.push({ method: req.method, url: req.url, headers, length: body.length, sha256: createHash('sha256').update(body).digest('hex') });
  }

  injectFault(req, owner) {
    const fault = this.faults.find(({ times, match, from }) => times > 0 && req.url.includes(match) && from === owner);
    if (!fault) return;
    fault.times -= 1;
    if (fault.drop) req.socket.destroy();
    refuse(fault.status ?? 503, fault.code ?? 'TooManyRequests', fault.message ?? 'injected by the test', fault.headers);
  }

  async judge(req, path, body) {
    const verdict = await new Promise((resolve, reject) => {
      const headers = { 'content-length': body.length, ...(req.headers['content-type'] && { 'content-type': req.headers['content-type'] }) };
      const asked = http.request({ host: '127.0.0.1', port: this.judgePort, method: req.method, path, headers }, async (res) => resolve({ status: res.statusCode, text: (await read(res)).toString() }));
      asked.on('error', reject);
      asked.end(body);
    });
    if (verdict.status < 400) return;
    const why = JSON.parse(verdict.text || '{}');
    const words = (why.validation ?? []).map(({ message }) => message).join('; ') || why.detail || verdict.text;
    refuse(verdict.status === 404 || verdict.status === 415 ? verdict.status : 400, verdict.status === 404 ? 'ErrorItemNotFound' : 'ErrorInvalidRequest', words);
  }

  async claims(req) {
    const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? refuse(401, 'InvalidAuthenticationToken', 'Access token is empty.');
    try {
      return (await jwtVerify(token, this.tokenKey, { audience: AUDIENCES })).payload;
    } catch (error) {
      const words = error.code === 'ERR_JWT_EXPIRED' ? 'Lifetime validation failed, the token is expired.' : `Access token validation failure. ${error.message}`;
      return refuse(401, 'InvalidAuthenticationToken', words, { 'www-authenticate': 'Bearer realm=""' });
    }
  }

  async deliverMime(raw, owner) {
    const at = raw.indexOf('\r\n\r\n');
    const head = raw.subarray(0, at + 2).toString('latin1');
    const lines = head.replace(/\r\n[ \t]+/g, ' ');
    const to = [...lines.matchAll(/^(?:to|cc|bcc):(.*)$/gim)].flatMap(([, list]) => list.match(/[^\s<>,;:"]+@[^\s<>,;"]+/g) ?? []);
    if (at < 0 || !to.length) refuse(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
    const shown = head.replace(/^bcc:.*\r\n(?:[ \t].*\r\n)*/im, ''); // recipients must not see it
    await this.relay.sendMail({ raw: Buffer.concat([Buffer.from(shown, 'latin1'), raw.subarray(at + 2)]), envelope: { from: owner, to } });
  }

  async deliver(message, owner) {
    const [to, cc, bcc] = [message.toRecipients, message.ccRecipients, message.bccRecipients].map(addresses);
    const all = [...to, ...cc, ...bcc].map(({ address }) => address);
    if (!all.length) refuse(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
    const from = message.from?.emailAddress ?? { address: owner };
    await this.relay.sendMail({
      from: { name: from.name ?? '', address: from.address }, to, cc, bcc, replyTo: addresses(message.replyTo), subject: message.subject,
      [message.body?.contentType?.toLowerCase() === 'html' ? 'html' : 'text']: message.body?.content ?? '',
      headers: Object.fromEntries((message.internetMessageHeaders ?? []).map(({ name, value }) => [name, value])),
      attachments: (message.attachments ?? []).map((file) => ({
        filename: file.name, contentType: file.contentType ?? undefined, content: file.bytes ?? Buffer.from(file.contentBytes, 'base64'),
        cid: file.contentId ?? undefined, contentDisposition: file.isInline ? 'inline' : 'attachment',
      })),
      envelope: { from: owner, to: all },
    });
  }

  // The upload address carries its own authority and takes no token.
  upload(req, res, id, body) {
    const session = this.sessions.get(id) ?? refuse(404, 'itemNotFound', 'The upload session was not found');
    const state = () => ({ expirationDateTime: session.expires, nextExpectedRanges: [`${session.got}`] });
    if (req.method === 'DELETE') { this.sessions.delete(id); return answer(res, 204); }
    if (req.method === 'GET') return answer(res, 200, state());
    if (req.headers.authorization) refuse(401, 'unauthenticated', 'An Authorization header must not be sent to the upload URL');
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(req.headers['content-range'] ?? '') ?? refuse(400, 'invalidRequest', 'Content-Range is missing or malformed');
    const [first, last, total] = range.slice(1).map(Number);
    if (total !== session.item.size || last - first + 1 !== body.length || last >= total) refuse(400, 'invalidRange', `range ${range[0]}, body ${body.length}, session ${session.item.size}`);
    if (first !== session.got) refuse(416, 'invalidRange', `expected ${session.got}`);
    session.parts.push(body);
    session.got = last + 1;
    if (session.got < total) return answer(res, 200, state());
    session.draft.attachments.push({ ...session.item, bytes: Buffer.concat(session.parts) });
    this.sessions.delete(id);
    return answer(res, 201, undefined, { location: `https://outlook.office.com/api/v2.0/Attachments('${randomUUID()}')` });
  }

  async sendMail(req, res, owner, body, plain) {
    if (plain) await this.deliverMime(mimeOf(body), owner);
    else {
      const { message, Message } = JSON.parse(body);
      await this.deliver(message ?? Message, owner);
    }
    return answer(res, 202, undefined, { 'content-length': 0 });
  }

  makeDraft(res, origin, body, plain) {
    const id = `AAMk${randomUUID().replaceAll('-', '')}=`;
    const draft = plain ? { raw: mimeOf(body) } : JSON.parse(body);
    this.drafts.set(id, { ...draft, attachments: [...(draft.attachments ?? [])] });
    return answer(res, 201, { '@odata.context': `${origin}/v1.0/$metadata#users('x')/messages/$entity`, id, subject: draft.subject, isDraft: true });
  }

  beginUpload(res, origin, draft, body) {
    const asked = JSON.parse(body);
    const item = asked.AttachmentItem ?? asked.attachmentItem ?? refuse(400, 'ErrorInvalidParameter', 'AttachmentItem is missing');
    const id = randomUUID();
    const expires = new Date(Date.now() + 3600e3).toISOString();
    this.sessions.set(id, { draft, item, got: 0, parts: [], expires });
    // On another host than the interface itself, as at Microsoft.
    const elsewhere = origin.includes('localhost') ? origin.replace('localhost', '127.0.0.1') : origin.replace('127.0.0.1', 'localhost');
    return answer(res, 201, { uploadUrl: `${elsewhere}/upload/${id}?authtoken=of-a-test`, expirationDateTime: expires, nextExpectedRanges: ['0-'] });
  }

  async onDraft(req, res, { origin, id, rest, owner, body }) {
    const draft = this.drafts.get(id) ?? refuse(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
    const what = `${req.method} ${rest}`;
    if (what === 'POST /attachments') { draft.attachments.push(JSON.parse(body)); return answer(res, 201, { id: randomUUID() }); }
    if (what === 'POST /attachments/createUploadSession') return this.beginUpload(res, origin, draft, body);
    if (what === 'GET ') return answer(res, 200, { id, subject: draft.subject, isDraft: true, hasAttachments: draft.attachments.length > 0 });
    if (what !== 'DELETE ' && what !== 'POST /send') return refuse(404, 'ErrorItemNotFound', `${what} is not kept here`);
    if (req.method === 'POST') await (draft.raw ? this.deliverMime(draft.raw, owner) : this.deliver(draft, owner));
    this.drafts.delete(id);
    return answer(res, req.method === 'POST' ? 202 : 204, undefined, { 'content-length': 0 });
  }

  async handle(req, res) {
    const url = new URL(req.url, `https://${req.headers.host}`);
    const body = await read(req);
    if (url.pathname === '/__requests') return answer(res, 200, this.requests);
    if (url.pathname === '/__fault') { this.faults.push(JSON.parse(body)); return answer(res, 204); }
    this.record(req, body);
    if (body.length > LIMIT) refuse(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
    const upload = /^\/upload\/([^/?]+)$/.exec(url.pathname);
    if (upload) return this.upload(req, res, upload[1], body);

    const claims = await this.claims(req);
    const path = /^\/v1\.0(\/(?:me|users\/([^/]+))(\/.*)?)$/.exec(url.pathname) ?? refuse(400, 'BadRequest', `Resource not found for the segment '${url.pathname.split('/')[2]}'.`);
    const [, judged, user, rest = ''] = path;
    if (!user && claims.idtyp === 'app') refuse(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
    const owner = user ? decodeURIComponent(user) : claims.upn;
    this.injectFault(req, owner);
    await this.judge(req, judged + url.search, body);
    const granted = [...(claims.roles ?? []), ...String(claims.scp ?? '').split(' ').map((scope) => scope.split('/').pop())];
    const allowed = (permission) => granted.includes(permission) || granted.includes('.default') || refuse(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
    const plain = /^text\/plain/.test(req.headers['content-type'] ?? '');
    if (req.method === 'GET' && rest === '') return answer(res, 200, { id: randomUUID(), displayName: owner, mail: owner, userPrincipalName: owner });
    if (req.method === 'POST' && rest === '/sendMail') return allowed('Mail.Send') && this.sendMail(req, res, owner, body, plain);
    if (req.method === 'POST' && rest === '/messages') return allowed('Mail.ReadWrite') && this.makeDraft(res, url.origin, body, plain);
    const draft = /^\/messages\/([^/]+)(\/.*)?$/.exec(rest) ?? refuse(404, 'ErrorItemNotFound', `${req.method} ${rest} is not kept here`);
    return this.onDraft(req, res, { origin: url.origin, id: decodeURIComponent(draft[1]), rest: draft[2] ?? '', owner, body });
  }
}

/** A request handler for Graph under `/v1.0`. `judgePort` is Prism's, `relayPort` takes mail without a login. */
export function graph(options) {
  const stand = new Graph(options);
  return (req, res) => stand.handle(req, res).catch((error) => {
    if (!(error instanceof Refusal)) console.error(error);
    if (res.headersSent || res.socket?.destroyed) return;
    const { status = 500, code = 'InternalServerError', headers } = error;
    answer(res, status, { error: { code, message: error.message, innerError: { date: new Date().toISOString(), 'request-id': randomUUID() } } }, headers);
  });
}
