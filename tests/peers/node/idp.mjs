// An OAuth 2.0 and OpenID provider: npm oidc-provider (OpenID-certified), laid out on Microsoft's paths and on Google's.
//   Microsoft: /{tenant}/oauth2/v2.0/{authorize,token,devicecode,…}, an issuer for each tenant, RS256 access tokens
//   Google:    /o/oauth2/v2/auth, /token, /device/code, /revoke, opaque access tokens
// What it does unlike Entra: no AADSTS codes, and reuse of a rotated refresh token revokes all of its family.
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

export const TENANT = '6d2f1c5e-0000-4000-8000-00000000c0de';
const TENANTS = [TENANT, 'common', 'organizations'];
const id = (n) => `5e4d9a1e-0000-4000-8000-${String(n).padStart(12, '0')}`;

// By what they are for. Their ids are GUIDs, as Entra's are.
export const CLIENTS = {
  desktop: id(1), //       public: no secret, PKCE, loopback with any port, deep link
  short_lived: id(2), //   the same; its access tokens live 5 seconds
  big_tokens: id(3), //    the same; its access tokens are longer than an SMTP line: 12 KB
  keeps_refresh: id(4), // the same; its refresh tokens are not rotated
  web: id(5), //           confidential: client_secret_post, and app-only for noreply@corp.test
  web_basic: id(6), //     the same with client_secret_basic and a secret that must be escaped
  certified: id(7), //     confidential: a certificate of the fixtures, PS256 or RS256, and app-only for noreply@corp.test
  google: 'of-a-test.apps.googleusercontent.com', // installed application: a secret that is none, PKCE, loopback
};
export const SECRETS = { web: 'post-secret', web_basic: 'basic/secret+%:&= x', google: 'GOCSPX-of-a-test' };

const native = (client_id, more = {}) => ({
  client_id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['org.sendright.app:/oauth2/callback', 'http://localhost/oauth2/callback', 'http://127.0.0.1/oauth2/callback'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  ...more,
});
const confidential = (client_id, client_secret, token_endpoint_auth_method) => ({
  client_id,
  client_secret,
  token_endpoint_auth_method,
  redirect_uris: ['https://dwp.corp.test/wm/externalAuth/redirect.html'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  x_mailbox: 'noreply@corp.test',
});
const certificate = new X509Certificate(readFileSync(new URL('../../fixtures/certificates/app.cer', import.meta.url)));
const clients = [
  native(CLIENTS.desktop),
  native(CLIENTS.short_lived, { x_lifetime: 5 }),
  native(CLIENTS.big_tokens, { x_padding: 8000 }),
  native(CLIENTS.keeps_refresh, { x_rotates: false }),
  native(CLIENTS.google, { client_secret: SECRETS.google, token_endpoint_auth_method: 'client_secret_post' }),
  confidential(CLIENTS.web, SECRETS.web, 'client_secret_post'),
  confidential(CLIENTS.web_basic, SECRETS.web_basic, 'client_secret_basic'),
  {
    ...confidential(CLIENTS.certified, undefined, 'private_key_jwt'),
    jwks: { keys: [{ ...certificate.publicKey.export({ format: 'jwk' }), use: 'sig' }] },
  },
  { client_id: 'dovecot', client_secret: 'dovecot-secret', token_endpoint_auth_method: 'client_secret_basic', redirect_uris: [], grant_types: [], response_types: [] },
];

// One memory for all tenants and addresses, so that Dovecot can ask any of them about any token.
const memory = new Map();
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload, expiresIn) { memory.set(this.key(id), { payload: { ...payload }, until: expiresIn ? Date.now() + expiresIn * 1000 : Infinity }); }
  async find(id) {
    const kept = memory.get(this.key(id));
    return kept && kept.until > Date.now() ? kept.payload : undefined;
  }
  async findBy(name, value) {
    const found = [...memory].find(([key, { payload }]) => key.startsWith(`${this.model}:`) && payload[name] === value);
    return found && this.find(found[0].slice(this.model.length + 1));
  }
  findByUid(uid) { return this.findBy('uid', uid); }
  findByUserCode(code) { return this.findBy('userCode', code); }
  async consume(id) { memory.get(this.key(id)).payload.consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { memory.delete(this.key(id)); }
  async revokeByGrantId(grantId) { for (const [key, { payload }] of memory) if (payload.grantId === grantId) memory.delete(key); }
}

// A scope written as an address names its own audience, as at Microsoft: https://outlook.office.com/SMTP.Send
const audienceOf = (scope) => (scope === 'https://mail.google.com/' ? undefined : /^(https?:\/\/[^/]+)\/\/?[^/]+$/.exec(scope)?.[1]);
const audiences = (scope) => [...new Set((scope ?? '').split(' ').map(audienceOf).filter(Boolean))];
const permissions = ['SMTP.Send', 'IMAP.AccessAsUser.All', 'Mail.Send', 'Mail.Send.Shared', 'Mail.ReadWrite', 'User.Read', '.default'];

const resourceIndicators = {
  // Microsoft takes no `resource` parameter: the audience is read from the scope.
  defaultResource: (ctx, _client, oneOf) => {
    const asked = audiences(ctx.oidc.params.scope);
    if (oneOf) return asked.find((audience) => oneOf.includes(audience)) ?? oneOf[0];
    return asked.length ? asked : undefined;
  },
  useGrantedResource: () => true,
  getResourceServerInfo: (ctx, resource, client) => {
    const asked = (ctx.oidc.params.scope ?? '').split(' ').filter((scope) => audienceOf(scope) === resource);
    return {
      audience: resource,
      scope: [...new Set([...permissions.map((name) => `${resource}/${name}`), ...asked])].join(' '),
      accessTokenTTL: client.x_lifetime ?? 3600,
      // Opaque tokens make Dovecot ask (RFC 7662); it checks the others' signature itself.
      accessTokenFormat: new URL(resource).hostname.startsWith('opaque.') ? 'opaque' : 'jwt',
      jwt: { sign: { alg: 'RS256' } },
    };
  },
};

function claimsOf(ctx, token) {
  const client = ctx.oidc.client;
  const padding = client.x_padding ? { xms_padding: 'p'.repeat(client.x_padding) } : {};
  const who = token.accountId
    ? { upn: token.accountId, email: token.accountId, scp: token.scope }
    : { upn: client.x_mailbox, email: client.x_mailbox, idtyp: 'app', roles: ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'Mail.Send', 'Mail.ReadWrite'] };
  return { ...who, tid: TENANT, appid: client.clientId, ver: '1.0', ...padding };
}

const microsoftRoutes = {
  authorization: '/oauth2/v2.0/authorize', token: '/oauth2/v2.0/token', device_authorization: '/oauth2/v2.0/devicecode',
  code_verification: '/oauth2/deviceauth', revocation: '/oauth2/v2.0/revoke', introspection: '/oauth2/v2.0/introspect',
  jwks: '/discovery/v2.0/keys', userinfo: '/openid/userinfo', end_session: '/oauth2/v2.0/logout',
};
const googleRoutes = {
  authorization: '/o/oauth2/v2/auth', token: '/token', device_authorization: '/device/code', code_verification: '/device',
  revocation: '/revoke', introspection: '/introspect', jwks: '/oauth2/v3/certs', userinfo: '/v1/userinfo',
};

function configuration(signing, google) {
  return {
    adapter: Memory,
    clients,
    jwks: { keys: [signing] },
    cookies: { keys: ['cookie-key-of-a-test'] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'https://mail.google.com/'],
    claims: { openid: ['sub', 'tid', 'oid'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    extraClientMetadata: { properties: ['x_lifetime', 'x_padding', 'x_rotates', 'x_mailbox'] },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, oid: `oid-${sub}`, tid: TENANT, name: `User ${sub}`, preferred_username: sub, email: sub, email_verified: true }),
    }),
    issueRefreshToken: async (_ctx, client, source) => client.grantTypeAllowed('refresh_token') && (google || source.kind === 'DeviceCode' || source.scopes.has('offline_access')),
    rotateRefreshToken: (ctx) => ctx.oidc.entities.Client.x_rotates !== false,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: (_ctx, _token, client) => client.x_lifetime ?? 3600,
      ClientCredentials: (_ctx, _token, client) => client.x_lifetime ?? 3600,
      RefreshToken: 90 * 86400, AuthorizationCode: 60, DeviceCode: 900, IdToken: 3600, Grant: 365 * 86400, Session: 86400, Interaction: 3600,
    },
    extraTokenClaims: claimsOf,
    // As Entra writes it; Dovecot 2.3 takes no other type.
    formats: { customizers: { jwt: (_ctx, _token, parts) => { parts.header = { typ: 'JWT' }; } } },
    routes: google ? googleRoutes : microsoftRoutes,
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      resourceIndicators: { enabled: !google, ...resourceIndicators },
    },
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
  };
}

// It drops offline_access without prompt=consent and knows no select_account; Microsoft asks for neither.
function promptLikeMicrosoft(query) {
  const asked = new URLSearchParams(query);
  const prompts = new Set((asked.get('prompt') ?? '').split(' ').filter(Boolean));
  if (prompts.delete('select_account')) prompts.add('login');
  if (!prompts.has('none') && (asked.get('scope') ?? '').split(' ').includes('offline_access')) prompts.add('consent');
  if (prompts.size) asked.set('prompt', [...prompts].join(' '));
  else asked.delete('prompt');
  return asked.size ? `?${asked}` : '';
}

// What the token endpoint was shown with a certificate, for comparing.
const shown = [];

function provider(issuer, signing, google) {
  const made = new Provider(issuer, configuration(signing, google));
  // It refuses to introspect a JWT with a 400, which Dovecot takes for an outage: say "not active".
  made.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'token' && ctx.oidc.body?.client_assertion) shown.push(ctx.oidc.body);
    if (ctx.oidc?.route === 'introspection' && ctx.status === 400 && ctx.body?.error === 'unsupported_token_type') {
      ctx.status = 200;
      ctx.body = { active: false };
    }
  });
  return made.callback();
}

/** A request handler for the provider whose own addresses begin with `base`. */
export function idp(base, privateKeyPem) {
  const signing = { ...createPrivateKey(privateKeyPem).export({ format: 'jwk' }), kid: 'peers-1', use: 'sig', alg: 'RS256' };
  const tenants = new Map(TENANTS.map((tenant) => [tenant, provider(`${base}/${tenant}/v2.0`, signing, false)]));
  const google = provider(base, signing, true);
  return (req, res) => {
    if (req.url === '/__asked') return res.end(JSON.stringify(shown));
    const [, tenant, rest, asked] = /^\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(req.url) ?? [];
    const handler = tenants.get(tenant);
    if (!handler) return google(req, res);
    let path = rest ?? '/';
    if (path.startsWith('/v2.0/.well-known/')) path = path.slice('/v2.0'.length);
    const query = path === microsoftRoutes.authorization ? promptLikeMicrosoft(asked ?? '') : asked ?? '';
    req.originalUrl = `/${tenant}${path}${query}`;
    req.url = `${path}${query}`;
    return handler(req, res);
  };
}
