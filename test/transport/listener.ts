/** A real listener on a free port, and the clients of both protocol eras against it. */

import { createHash } from 'node:crypto';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type HttpOptions, type HttpServer, type HttpSettings, startHttp } from '../../src/transport/http-server.ts';
import type { SessionLimits } from '../../src/transport/sessions.ts';
import { type TestParts, testParts } from './parts.ts';

export const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

export const keys = {
  mode: 'api_key',
  keys: [
    { principal: 'alice', roles: ['analyst'], sha256: sha256('key-of-alice') },
    { principal: 'bob', roles: ['writer'], sha256: sha256('key-of-bob') },
  ],
} as const;

export interface Listener extends TestParts {
  readonly server: HttpServer;
  readonly url: URL;
  readonly failures: string[];
  readonly errors: Error[];
}

export interface ListenerOptions extends Partial<Omit<HttpOptions, 'settings'>> {
  readonly settings?: Partial<HttpSettings>;
  readonly parts?: TestParts;
  readonly sessionLimits?: SessionLimits;
}

export async function listener({ settings, parts = testParts(), ...more }: ListenerOptions = {}): Promise<Listener> {
  const failures: string[] = [];
  const errors: Error[] = [];
  const server = await startHttp({
    toolbox: parts.toolbox,
    version: '0.0.0',
    ready: async () => true,
    onAuthenticationFailure: async ({ path }) => {
      failures.push(path);
    },
    onError: (error) => errors.push(error),
    ...more,
    settings: {
      transport: 'streamable-http',
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 100_000,
      sessions: 'per_client',
      auth: { mode: 'none', principal: 'alice', roles: [] },
      ...settings,
    },
  });
  return { ...parts, server, url: new URL(server.url), failures, errors };
}

const bearer = (key: string | undefined) => (key === undefined ? {} : { Authorization: `Bearer ${key}` });

/** A client of the current revision. */
export async function modernClient(url: URL, key?: string): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'modern', version: '2' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(url, { requestInit: { headers: bearer(key) } }));
  return client;
}

/** A client of the 2025 revisions, as most hosts are. */
export async function olderClient(url: URL, key?: string): Promise<Client> {
  const client = new Client({ name: 'older', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: bearer(key) } }));
  return client;
}
