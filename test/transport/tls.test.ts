/** TLS on our own listener: certificates that change while it serves, and clients that show their own. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpSettings } from '../../src/transport/http-server.ts';
import { keys, type Listener, type ListenerOptions, listener } from './listener.ts';
import { initialize, rpc } from './raw.ts';

const certificates = resolve(import.meta.dirname, 'tls');
const pem = (name: string) => readFileSync(join(certificates, name));
const ca = pem('ca.pem');

let directory: string;
const running: Listener[] = [];
const agents: Agent[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgwarden-tls-'));
  install('server');
  copyFileSync(join(certificates, 'ca.pem'), join(directory, 'clients.pem'));
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const { server } of running.splice(0)) await server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Puts a certificate where the listener reads it. */
function install(name: string): void {
  copyFileSync(join(certificates, `${name}.pem`), join(directory, 'tls.pem'));
  copyFileSync(join(certificates, `${name}.key`), join(directory, 'tls.key'));
}

const files = (clientCa?: string) => ({
  kind: 'files' as const,
  cert: join(directory, 'tls.pem'),
  key: join(directory, 'tls.key'),
  ...(clientCa === undefined ? {} : { clientCa: join(directory, clientCa) }),
});

async function start(settings: Partial<HttpSettings> = {}, more: ListenerOptions = {}): Promise<Listener> {
  const started = await listener({ settings: { tls: files(), ...settings }, ...more });
  running.push(started);
  return started;
}

interface Identity {
  readonly as?: string;
  readonly key?: string;
}

function clientOf({ as: name }: Identity = {}): Agent {
  const own = name === undefined ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1, maxCachedSessions: 0, ...own });
  agents.push(agent);
  return agent;
}

interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly session: string | undefined;
  readonly body: string;
  /** Of the certificate the server showed on this connection. */
  readonly serial: string;
}

function send({ url }: Pick<Listener, 'url'>, agent: Agent, body = initialize, headers: object = {}, path = '/mcp') {
  return new Promise<Answer>((done, fail) => {
    const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const method = path === '/mcp' ? 'POST' : 'GET';
    const sent = request(new URL(path, url), { method, agent, headers: { ...accept, ...headers } }, (answer) => {
      let text = '';
      const serial = serialOf(answer.socket); // the socket is let go of when the answer ends
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () =>
        done({
          status: answer.statusCode ?? 0,
          challenge: answer.headers['www-authenticate'],
          session: [answer.headers['mcp-session-id'] ?? []].flat()[0],
          body: text,
          serial,
        }),
      );
    });
    sent.on('error', fail);
    sent.end(path === '/mcp' ? body : undefined);
  });
}

function serialOf(socket: object): string {
  if (!('getPeerCertificate' in socket) || typeof socket.getPeerCertificate !== 'function') return '';
  return String(socket.getPeerCertificate().serialNumber);
}

const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'SELECT 1' } });

describe('a renewed certificate', () => {
  test('is shown to connections to come, while those that are open go on, and so does what runs in them', async () => {
    const started = await start();
    const open = clientOf();
    const before = await send(started, open);
    install('renewed');
    const adopt = await started.server.prepare({ tls: files(), auth: { mode: 'none', principal: 'alice', roles: [] } });
    adopt();
    const going = await send(started, open, call, { 'mcp-session-id': before.session ?? '' });
    expect([going.status, going.serial]).toEqual([200, before.serial]);
    const after = await send(started, clientOf());
    expect(after.status).toBe(200);
    expect(after.serial).not.toBe(before.serial);
  });

  const broken: readonly (readonly [string, () => void])[] = [
    ['that is gone', () => rmSync(join(directory, 'tls.pem'))],
    ['that is half written', () => writeFileSync(join(directory, 'tls.pem'), '-----BEGIN CERTIFICATE-----\nMIIB')],
    ['that is empty', () => writeFileSync(join(directory, 'tls.pem'), '')],
    ['whose key is of another', () => copyFileSync(join(certificates, 'renewed.key'), join(directory, 'tls.key'))],
  ];
  test.each(broken)('%s is refused by the name of its file, and the old one is shown', async (_what, breakIt) => {
    const started = await start();
    const { serial } = await send(started, clientOf());
    breakIt();
    const settings = { tls: files(), auth: { mode: 'none', principal: 'alice', roles: [] } } as const;
    await expect(started.server.prepare(settings)).rejects.toThrow(/tls\.pem/);
    expect((await send(started, clientOf())).serial).toBe(serial);
  });

  test('that cannot be used keeps the server from starting', async () => {
    writeFileSync(join(directory, 'tls.key'), 'secret');
    await expect(start()).rejects.toThrow(/tls\.key holds no PEM/);
  });
});

describe('client certificates', () => {
  const byCertificate = (principalFrom: 'common_name' | 'email' | 'uri' | 'dns' = 'common_name') => ({
    tls: files('clients.pem'),
    rolesAllowed: ['analyst'],
    auth: { mode: 'client_certificate' as const, principalFrom },
  });

  test.each([
    { from: 'common_name', id: 'alice' },
    { from: 'email', id: 'alice@example.com' },
    { from: 'uri', id: 'spiffe://pgwarden.example/alice' },
    { from: 'dns', id: 'alice.example' },
  ] as const)('name the principal by their $from', async ({ from, id }) => {
    const started = await start({ ...byCertificate(from), sessions: 'stateless' });
    expect((await send(started, clientOf({ as: 'alice' }), call)).status).toBe(200);
    expect(started.recorded.requests[0]?.call.principal).toEqual({ id, kind: 'service', auth: 'mtls', roles: [] });
  });

  const refused: readonly (readonly [string, Identity, 'common_name' | 'dns' | 'uri'])[] = [
    ['none', {}, 'common_name'],
    ['one of another authority', { as: 'mallory' }, 'common_name'],
    ['one that is named like a role', { as: 'analyst' }, 'common_name'],
    ['one with two such names', { as: 'analyst' }, 'dns'],
    ['one without such a name', { as: 'analyst' }, 'uri'],
  ];
  test.each(refused)(
    '%s: 403 without a challenge, on record, and nothing more is said',
    async (_what, identity, from) => {
      const started = await start(byCertificate(from));
      const answer = await send(started, clientOf(identity));
      expect([answer.status, answer.challenge]).toEqual([403, undefined]);
      expect(JSON.parse(answer.body).error.message).toBe('A client certificate that is valid here is required.');
      expect([started.failures, started.server.sessionCount()]).toEqual([['/mcp'], 0]);
    },
  );

  test('are wanted besides the key where both are configured', async () => {
    const started = await start({ tls: files('clients.pem'), auth: keys });
    const authorization = { authorization: 'Bearer key-of-bob' };
    const statuses = async (identity: Identity, headers: object) =>
      (await send(started, clientOf(identity), initialize, headers)).status;
    expect(await statuses({}, authorization)).toBe(403);
    expect(await statuses({ as: 'mallory' }, authorization)).toBe(403);
    expect(await statuses({ as: 'alice' }, {})).toBe(401);
    expect(await statuses({ as: 'alice' }, authorization)).toBe(200);
  });

  test('a session opened with one is not served to another, nor to none', async () => {
    const started = await start(byCertificate('dns'));
    const { session = '' } = await send(started, clientOf({ as: 'alice' }));
    const listed = (identity: Identity) =>
      send(started, clientOf(identity), rpc('tools/list'), { 'mcp-session-id': session });
    expect((await listed({ as: 'alice' })).status).toBe(200);
    expect((await listed({})).status).toBe(403);
    expect((await listed({ as: 'mallory' })).status).toBe(403);
  });

  test('health is for anyone', async () => {
    const started = await start(byCertificate());
    expect((await send(started, clientOf(), '', {}, '/healthz')).status).toBe(200);
  });
});

test('what is not TLS, or an old version of it, ends on the connection and harms nobody else', async () => {
  const started = await start();
  const plain = new URL(started.url);
  plain.protocol = 'http:';
  await expect(fetch(new URL('/healthz', plain))).rejects.toThrow();
  const old = connect({ host: '127.0.0.1', port: started.server.port, ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
  await expect(new Promise((_, fail) => old.once('error', fail))).rejects.toThrow();
  expect((await send(started, clientOf())).status).toBe(200);
});

test('an address that others reach is not listened on without TLS or a word that a proxy does it', async () => {
  const { tls: _, ...none } = { tls: undefined, listen: { host: '0.0.0.0', port: 0 }, auth: keys };
  await expect(listener({ settings: none })).rejects.toThrow(/server\.tls/);
});
