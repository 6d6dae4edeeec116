// Puts files into a mail in MIME form, as Exchange does when a draft's files were added one by one.
import { randomUUID } from 'node:crypto';

const CONTENT = /^content-[^:]*:.*\r\n(?:[ \t].*\r\n)*/gim;

// The header without the fields that describe the body; those fields with the body.
function opened(mail) {
  const at = mail.indexOf('\r\n\r\n') + 2;
  const head = mail.slice(0, at);
  return { fields: head.replace(CONTENT, ''), part: (head.match(CONTENT) ?? []).join('') + mail.slice(at) };
}

function parts(kind, list) {
  const boundary = `=_${randomUUID().replaceAll('-', '')}`;
  const inner = list.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${inner}--${boundary}--\r\n`;
}

function file({ name, contentType, contentId, isInline, bytes }) {
  const encoded = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  const encodedName = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const named = /^[ !#-[\]-~]*$/.test(name) ? `filename="${name}"` : `filename*=utf-8''${encodedName}`;
  const id = contentId ? `Content-ID: <${contentId}>\r\n` : '';
  return `Content-Type: ${contentType ?? 'application/octet-stream'}\r\nContent-Transfer-Encoding: base64\r\n`
    + `Content-Disposition: ${isInline ? 'inline' : 'attachment'}; ${named}\r\n${id}\r\n${encoded.replace(/\r\n$/, '')}\r\n`;
}

// The HTML, alone or as the last of the alternatives, together with what it shows.
function withImages(part, images) {
  const boundary = /^content-type: multipart\/alternative;\s+boundary="([^"]+)"/i.exec(part)?.[1];
  if (!boundary) return parts('related; type="text/html"', [part, ...images]);
  const [start, ...alternatives] = part.split(`--${boundary}\r\n`);
  const last = alternatives.length - 1;
  const [html, end] = alternatives[last].split(`\r\n--${boundary}--`);
  alternatives[last] = `${parts('related; type="text/html"', [html, ...images])}\r\n--${boundary}--${end}`;
  return [start, ...alternatives].join(`--${boundary}\r\n`);
}

/** `raw` with `files`; each has `name`, `bytes`, and may have `contentType`, `contentId`, `isInline`. */
export function withFiles(raw, files) {
  if (!files.length) return raw;
  const { fields, part } = opened(raw.toString('latin1'));
  const images = files.filter((one) => one.isInline).map(file);
  const others = files.filter((one) => !one.isInline).map(file);
  const body = images.length ? withImages(part, images) : part;
  return Buffer.from(fields + (others.length ? parts('mixed', [body, ...others]) : body), 'latin1');
}
