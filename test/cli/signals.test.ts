/** The built server told something by a signal while it still starts: it is held there, at a secret that has not come yet. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../support/cluster.ts';
import { patience } from '../support/patience.ts';
import { entry, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

/** In the order of the start: policies are read, then the audit log asks for its key, then the listener opens. */
const config = `
policy: { reload: manual }
audit: { sql: hmac, hmac_key: { file: key } }
databases: { main: { type: direct_postgres, hostname: db.invalid, database: x, user: x, ssl: disable, password: { env: NONE } } }
`;

/** A server that has read its policies and waits for the key, which `goOn` gives it. */
async function starting(transport: 'stdio' | 'streamable-http') {
  const place = await workspace({ config, policies: { 'default.csv': 'p, *, *, public.*, select, allow\n' } });
  const pipe = join(place.directory, 'key');
  execFileSync('mkfifo', [pipe]);
  const address = `127.0.0.1:${await freePort()}`;
  const args = [entry, 'serve', '--config', place.config, '--transport', transport, '--listen', address];
  const child = spawn(process.execPath, args, { env: { HOME: tmpdir() }, stdio: ['pipe', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await place.remove();
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const key: FileHandle = await open(pipe, 'w'); // comes back when the server has opened it to read
  return {
    child,
    exited,
    place,
    log: () => log,
    goOn: async () => {
      await key.writeFile('0f'.repeat(32));
      await key.close();
    },
  };
}

const reloads = (log: string) =>
  log
    .split('\n')
    .filter((line) => line.includes('configuration reloaded'))
    .map((line) => JSON.parse(line).policies)
    .filter((policies) => policies.length > 0);

test.each(['stdio', 'streamable-http'] as const)(
  'over %s a SIGHUP during start-up is acted on when it serves, as one that comes later',
  async (transport) => {
    const { child, exited, place, log, goOn } = await starting(transport);
    await writeFile(join(place.directory, 'policies/default.csv'), 'p, *, *, public.other, select, allow\n');
    child.kill('SIGHUP');
    await goOn();
    await vi.waitFor(() => expect(reloads(log())).toEqual([['main']]), patience); // a change alone would wait for SIGHUP
    await writeFile(join(place.directory, 'policies/default.csv'), 'p, *, *, public.more, select, allow\n');
    child.kill('SIGHUP');
    await vi.waitFor(() => expect(reloads(log())).toEqual([['main'], ['main']]), patience);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  },
);

test.each([
  ['streamable-http', 'SIGTERM'],
  ['streamable-http', 'SIGINT'],
  ['stdio', 'SIGTERM'],
] as const)('over %s %s during start-up ends it with 0 and a log that is whole', async (transport, signal) => {
  const { child, exited, place, log, goOn } = await starting(transport);
  child.kill(signal);
  await goOn();
  expect(await exited).toEqual([0, null]);
  expect(log()).toContain(`"why":"${signal}"`);
  expect(await runCli(['audit', 'verify', '--full', '--directory', place.auditDirectory])).toMatchObject({ code: 0 });
});

test('a second SIGTERM during start-up ends it at once', async () => {
  const { child, exited, log } = await starting('streamable-http');
  child.kill('SIGTERM');
  await vi.waitFor(() => expect(log()).toContain('"why":"SIGTERM"'), patience); // two that wait to be heard are one
  child.kill('SIGTERM');
  expect(await exited).toEqual([null, 'SIGTERM']);
});
