// main.mjs DIR LOGS: starts the servers that the tests talk to, prints one JSON line with their addresses when all of them answer, and
// stops them when its input ends. A test process that is killed closes that input too, so nothing is left behind.
// DIR is private to this run and holds pki/ (made by the test).
import { spawn } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLIENTS, SECRETS, TENANT, idp } from './idp.mjs';
import { graph } from './graph.mjs';

const [dir, logs] = process.argv.slice(2);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
console.log = console.info = console.warn = console.error; // output is for the one line

const children = [];
let stopping = false;
function stop(code) {
  if (stopping) return;
  stopping = true;
  const ended = children.map((child) => (child.exitCode ?? child.signalCode) === null && once(child, 'exit'));
  children.forEach((child) => { child.stdin.end(); if (child.byInput !== true) child.kill(); });
  Promise.all(ended).then(() => {
    rmSync(dir, { recursive: true, force: true });
    process.exit(code);
  });
}
process.stdin.resume().on('end', () => stop(0)).on('error', () => stop(0));
['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.on(signal, () => stop(1)));

// Starts a program and waits for the line that says it is ready, or until somebody listens on its port.
async function start(name, command, args, sign, byInput = false) {
  const log = openSync(`${logs}/${name}.log`, 'w');
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', log] });
  child.byInput = byInput;
  child.stdin.on('error', () => {});
  children.push(child);
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      writeFileSync(log, `${line}\n`);
      if (line.includes(sign)) resolve();
    });
    if (typeof sign === 'number') listens(sign).then(resolve);
    child.on('error', (error) => reject(new Error(`${error.message}; scripts/setup test installs what the tests start`)));
    child.on('exit', (code) => reject(new Error(`${name} ended with ${code}: ${readFileSync(`${logs}/${name}.log`, 'utf8').slice(-2000)}`)));
  });
  await ready;
  child.on('exit', (code) => { if (!stopping) { console.error(`${name} ended by itself with ${code}`); stop(1); } });
}

async function listens(port) {
  while (!stopping) {
    const socket = net.connect(port, '127.0.0.1');
    try { await once(socket, 'connect'); return; } catch { await pause(20); } finally { socket.destroy(); }
  }
}

// Ports that nobody has. All are held until all are known, so that none is given twice.
async function freePorts(names) {
  const held = await Promise.all(names.map(async (name) => [name, await listen(net.createServer())]));
  await Promise.all(held.map(([, server]) => new Promise((closed) => { server.close(closed); })));
  return Object.fromEntries(held.map(([name, server]) => [name, server.port]));
}
async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.port = server.address().port;
  return server;
}

const ports = await freePorts(['submission', 'smtps', 'imap', 'imaps', 'relay', 'oauth_only', 'basic_only', 'strict', 'wrong_name', 'expired', 'judge', 'http_proxy', 'socks_proxy', 'open_socks_proxy']);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
writeFileSync(`${dir}/pki/tokens.pub`, publicKey);
const tls = { key: readFileSync(`${dir}/pki/server.key`), cert: readFileSync(`${dir}/pki/server.pem`) };

const idpHttp = await listen(http.createServer());
const idpHttps = await listen(https.createServer(tls));
const graphHttps = await listen(https.createServer(tls));
const plainIdp = `http://127.0.0.1:${idpHttp.port}`;
const secureIdp = `https://localhost:${idpHttps.port}`;
idpHttp.on('request', idp(plainIdp, privateKey)); // Dovecot asks here
idpHttps.on('request', idp(secureIdp, privateKey));
graphHttps.on('request', graph({ tokenKey: createPublicKey(publicKey), judgePort: ports.judge, relayPort: ports.relay }));

// The proxies know one pair each; the open one takes whoever calls, and no login.
const clerk = ['clerk', 'sesame-street'];
writeFileSync(`${dir}/tinyproxy.conf`, `Port ${ports.http_proxy}\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogLevel Connect\nBasicAuth ${clerk.join(' ')}\n`);
const mail = here('../mail/run');
const settings = [dir, logs, plainIdp, ...Object.entries(ports).map(([name, port]) => `${name}=${port}`)];
const root = process.getuid() === 0;
try {
  await Promise.all([
    start('mail', root ? mail : 'sudo', root ? settings : ['-n', mail, ...settings], 'ready', true),
    start('tinyproxy', 'tinyproxy', ['-d', '-c', `${dir}/tinyproxy.conf`], ports.http_proxy),
    start('microsocks', 'microsocks', ['-i', '127.0.0.1', '-p', `${ports.socks_proxy}`, '-u', clerk[0], '-P', clerk[1]], ports.socks_proxy),
    start('open-microsocks', 'microsocks', ['-i', '127.0.0.1', '-p', `${ports.open_socks_proxy}`], ports.open_socks_proxy),
    start('judge', process.execPath, [here('node_modules/@stoplight/prism-cli/dist/index.js'), 'mock', '-h', '127.0.0.1', '-p', `${ports.judge}`, '--errors', here('graph-mail.openapi.json')], 'Prism is listening'),
  ]);
  process.stdout.write(`${JSON.stringify({ ready: true, idp: secureIdp, graph: `https://localhost:${graphHttps.port}`, tenant: TENANT, clients: CLIENTS, secrets: SECRETS, ports })}\n`);
} catch (error) {
  console.error(error.message);
  stop(1);
}
