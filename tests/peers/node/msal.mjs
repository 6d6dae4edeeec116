// msal.mjs AUTHORITY CLIENT CERTIFICATE KEY sha256|sha1: asks for an app-only token with Microsoft's own library, as a program that
// uses it does, and prints what the provider was sent. NODE_EXTRA_CA_CERTS names the authority to trust.
import { ConfidentialClientApplication } from '@azure/msal-node';
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [authority, clientId, certificate, key, kind] = process.argv.slice(2);
const der = new X509Certificate(readFileSync(certificate)).raw;
const thumbprint = createHash(kind).update(der).digest('hex');
const sent = [];
const ask = async (method, url, options) => {
  if (method === 'POST') sent.push({ url, form: Object.fromEntries(new URLSearchParams(options.body)) });
  const answer = await fetch(url, { method, headers: options?.headers, body: options?.body });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() };
};
const app = new ConfidentialClientApplication({
  auth: {
    authority,
    knownAuthorities: [new URL(authority).host],
    clientId,
    clientCertificate: { [kind === 'sha1' ? 'thumbprint' : 'thumbprintSha256']: thumbprint, privateKey: readFileSync(key, 'utf8') },
  },
  system: { networkClient: { sendGetRequestAsync: (url, options) => ask('GET', url, options), sendPostRequestAsync: (url, options) => ask('POST', url, options) } },
});
const got = await app.acquireTokenByClientCredential({ scopes: ['https://outlook.office365.com/.default'] });
console.log(JSON.stringify({ ...sent.at(-1), token: got.accessToken.length > 0 }));
