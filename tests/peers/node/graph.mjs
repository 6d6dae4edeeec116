// A stand-in for Microsoft Graph's mail part: nobody publishes one. What judges a request is not ours: Prism, with Microsoft's own
// OpenAPI document. This records each request, asks the judge, checks the token, keeps drafts and upload sessions, and
// hands accepted mail to Postfix, so that it arrives over IMAP.
//   GET /__requests     what was asked so far
//   POST /__fault       {"match":"sendMail","from":"alice@corp.test","status":429,"times":1,"headers":{"Retry-After":"1"}}: the next such request fails;
//                       with "drop":true the connection ends instead; with "after":true the request is done first
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { jwtVerify } from 'jose';
import nodemailer from 'nodemailer';
import { withFiles } from './mime.mjs';

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
    Object.assign(this, { tokenKey, judgePort, requests: [], faults: [], drafts: new Map(), sessions: new Map(), sent: [] });
    this.relay = nodemailer.createTransport({ host: '127.0.0.1', port: relayPort, ignoreTLS: true });
  }

  record(req, body) {
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, name === 'authorization' ? value.replace(/(Bearer ).*/i, '$1…') : value]));
    const text = body.length < 65536 ? body.toString('latin1') : undefined;
    this.requests.push({ method: req.method, url: req.url, headers, length: body.length, text, sha256: createHash('sha256').update(body).digest('hex') });
  }

  // Takes the fault that is meant for this request, if there is one.
  fault(req, owner) {
    const fault = this.faults.find(({ times, match, method, from }) => times > 0 && req.url.includes(match) && (method ?? req.method) === req.method && from === owner);
    if (fault) fault.times -= 1;
    return fault;
  }

  fail(req, fault) {
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
    return /^message-id:\s*(\S+)/im.exec(lines)?.[1];
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
      messageId: message.internetMessageId, envelope: { from: owner, to: all },
    });
    return message.internetMessageId;
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
    const fault = this.fault(req, session.owner);
    if (fault && !fault.after) this.fail(req, fault);
    session.parts.push(body);
    session.got = last + 1;
    if (session.got === total) {
      session.draft.attachments.push({ ...session.item, bytes: Buffer.concat(session.parts) });
      this.sessions.delete(id);
    }
    if (fault) this.fail(req, fault);
    if (session.got < total) return answer(res, 200, state());
    return answer(res, 201, undefined, { location: `https://outlook.office.com/api/v2.0/Attachments('${randomUUID()}')`, 'content-length': 0 });
  }

  async sendMail(owner, body, plain) {
    const asked = plain ? {} : JSON.parse(body);
    const messageId = plain ? await this.deliverMime(mimeOf(body), owner) : await this.deliver(asked.message ?? asked.Message, owner);
    if (asked.saveToSentItems !== false) this.sent.push({ id: `AAMk${randomUUID()}`, owner, internetMessageId: messageId, isDraft: false });
    return { status: 202, headers: { 'content-length': 0 } };
  }

  makeDraft(origin, owner, body, plain) {
    const id = `AAMk${randomUUID().replaceAll('-', '')}=`;
    const draft = plain ? { raw: mimeOf(body) } : JSON.parse(body);
    const internetMessageId = plain ? /^message-id:\s*(\S+)/im.exec(draft.raw.toString('latin1'))?.[1] : draft.internetMessageId;
    this.drafts.set(id, { ...draft, id, owner, internetMessageId, attachments: [...(draft.attachments ?? [])] });
    return { status: 201, body: { '@odata.context': `${origin}/v1.0/$metadata#users('x')/messages/$entity`, id, subject: draft.subject, isDraft: true } };
  }

  beginUpload(origin, owner, draft, body) {
    const asked = JSON.parse(body);
    const item = asked.AttachmentItem ?? asked.attachmentItem ?? refuse(400, 'ErrorInvalidParameter', 'AttachmentItem is missing');
    if (item.size < 2 * 1024 * 1024) refuse(400, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize', 'The attachment is too small for an upload session.');
    const id = randomUUID();
    const expires = new Date(Date.now() + 3600e3).toISOString();
    this.sessions.set(id, { draft, owner, item, got: 0, parts: [], expires });
    // On another host than the interface itself, as at Microsoft.
    const elsewhere = origin.includes('localhost') ? origin.replace('localhost', '127.0.0.1') : origin.replace('127.0.0.1', 'localhost');
    return { status: 201, body: { uploadUrl: `${elsewhere}/upload/${id}?authtoken=of-a-test`, expirationDateTime: expires, nextExpectedRanges: ['0-'] } };
  }

  // What is in the mailbox: drafts, and the copies of what was sent.
  messages(owner, query) {
    const wanted = /^internetMessageId eq '(.*)'$/.exec(query.get('$filter') ?? '')?.[1].replaceAll("''", "'");
    const all = [...this.drafts.values(), ...this.sent].filter((one) => one.owner === owner && (!wanted || one.internetMessageId === wanted));
    return { status: 200, body: { value: all.map(({ id, internetMessageId, isDraft = true }) => ({ id, internetMessageId, isDraft })) } };
  }

  async onMessage(origin, method, id, rest, owner, body) {
    const copy = this.sent.find((one) => one.id === id && one.owner === owner);
    if (copy && method === 'GET' && !rest) return { status: 200, body: { id, isDraft: false } };
    const draft = this.drafts.get(id) ?? refuse(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
    switch (`${method} ${rest}`) {
      case 'GET ': return { status: 200, body: { id, subject: draft.subject, isDraft: true, hasAttachments: draft.attachments.length > 0 } };
      case 'GET /attachments': return { status: 200, body: { value: draft.attachments.map(({ name }, n) => ({ id: `${n}`, name })) } };
      case 'POST /attachments': draft.attachments.push(JSON.parse(body)); return { status: 201, body: { id: randomUUID() } };
      case 'POST /attachments/createUploadSession': return this.beginUpload(origin, owner, draft, body);
      case 'DELETE ': this.drafts.delete(id); return { status: 204 };
      case 'POST /send': return this.sendDraft(draft, owner);
      default: return refuse(404, 'ErrorItemNotFound', `${method} ${rest} is not kept here`);
    }
  }

  async sendDraft(draft, owner) {
    const files = draft.attachments.map((file) => ({ ...file, bytes: file.bytes ?? Buffer.from(file.contentBytes, 'base64') }));
    await (draft.raw ? this.deliverMime(withFiles(draft.raw, files), owner) : this.deliver({ ...draft, attachments: files }, owner));
    this.drafts.delete(draft.id);
    this.sent.push({ id: draft.id, owner, internetMessageId: draft.internetMessageId, isDraft: false });
    return { status: 202, headers: { 'content-length': 0 } };
  }

  // Does what is asked for, for somebody who may.
  async done(req, origin, url, { rest, owner, body, granted, others }) {
    // A person needs a permission of its own for others' mailboxes; it covers the own one too.
    const named = (one) => granted.includes(`${one}.Shared`) || (!others && granted.includes(one));
    const allowed = (...permissions) => permissions.some(named) || granted.includes('.default') || refuse(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
    const plain = /^text\/plain/.test(req.headers['content-type'] ?? '');
    const what = `${req.method} ${rest}`;
    if (what === 'GET ') return { status: 200, body: { id: randomUUID(), displayName: owner, mail: owner, userPrincipalName: owner } };
    if (what === 'POST /sendMail') return allowed('Mail.Send') && this.sendMail(owner, body, plain);
    if (what === 'GET /messages') return allowed('Mail.Read', 'Mail.ReadWrite') && this.messages(owner, url.searchParams);
    if (what === 'POST /messages') return allowed('Mail.ReadWrite') && this.makeDraft(origin, owner, body, plain);
    const [, id, more = ''] = /^\/messages\/([^/]+)(\/.*)?$/.exec(rest) ?? refuse(404, 'ErrorItemNotFound', `${what} is not kept here`);
    return allowed('Mail.ReadWrite') && this.onMessage(origin, req.method, decodeURIComponent(id), more, owner, body);
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
    const fault = this.fault(req, owner);
    if (fault && !fault.after) this.fail(req, fault);
    await this.judge(req, judged + url.search, body);
    const granted = [...(claims.roles ?? []), ...String(claims.scp ?? '').split(' ').map((scope) => scope.split('/').pop())];
    const done = await this.done(req, url.origin, url, { rest, owner, body, granted, others: claims.idtyp !== 'app' && owner !== claims.upn });
    if (fault) this.fail(req, fault);
    return answer(res, done.status, done.body, done.headers);
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
