/** `pgwarden audit ship` as a process beside a real server: killed, started again, required, looked at. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aCall, testSigningKey } from '../audit/shapes.ts';
import { linesOf, openDesk } from '../audit/support.ts';
import { runCli } from '../cli/run-cli.ts';
import { freePort } from '../support/cluster.ts';
import { connectClient } from '../support/mcp-client.ts';
import { entry, startServer, workspace } from '../support/product.ts';
import { s3Key } from '../support/s3-double.ts';
import { aBucket, download } from './support.ts';

const credentials = {
  AWS_ACCESS_KEY_ID: s3Key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
};

async function aPlace(url: string, more = '') {
  const admin = await freePort();
  const place = await workspace({
    config: `server: { admin_listen: "127.0.0.1:${admin}", auth: { mode: none, principal: alice, roles: [analyst] } }
audit:
  ship: { to: s3, bucket: evidence, region: eu-central-1, every: 100ms, aws: { endpoint: "${url}" } }
${more}
databases: { main: { type: embedded } }\n`,
    policies: { 'default.csv': 'p, analyst, *, *, select, allow' },
  });
  onTestFinished(place.remove);
  return { ...place, admin: `http://127.0.0.1:${admin}` };
}

async function serving(config: string) {
  const server = await startServer(config);
  onTestFinished(async () => void (await server.stop('SIGKILL')));
  const client = await connectClient(server.url);
  onTestFinished(() => client.close());
  return { server, client };
}

function shipping(config: string) {
  const child = spawn(process.execPath, [entry, 'audit', 'ship', '--config', config], {
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...credentials },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.resume();
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

const shipOnce = (config: string) => runCli(['audit', 'ship', '--once', '--json', '--config', config], credentials);
const seriesIn = (key: string) => key.split('/')[1] ?? '';

test('killed after the bucket kept an object and before it heard of it, or refused, the next process ships all of it once', async () => {
  const bucket = await aBucket();
  const place = await aPlace(bucket.url);
  const { server, client } = await serving(place.config);
  await client.call('list_databases', {});
  const { child, ended } = shipping(place.config);
  const killed = new Promise<string>((resolve) => {
    bucket.onStored = (key) => {
      if (!key.includes('/_broker/')) return;
      child.kill('SIGKILL');
      resolve(key);
    };
  });
  const key = await killed;
  await ended;
  bucket.onStored = () => undefined;
  await client.call('list_databases', {});
  await server.stop();
  bucket.faults.push('refused');
  expect((await shipOnce(place.config)).code).toBe(1);
  const { code, stdout } = await shipOnce(place.config);
  expect({ code, pass: JSON.parse(stdout) }).toMatchObject({ code: 0, pass: { contradicted: [] } });
  const copy = download(bucket, seriesIn(key));
  expect(linesOf(copy, '_broker')).toEqual(linesOf(place.auditDirectory, '_broker'));
  const verified = await runCli(['audit', 'verify', '--full', '--directory', copy]);
  expect(verified.code).toBe(0);
  const status = await runCli(['audit', 'ship', '--status', '--json', '--config', place.config]);
  expect(JSON.parse(status.stdout)).toMatchObject({ target: 's3://evidence/pgwarden/', lag_seconds: 0 });
});

test('nothing to ship to is a usage error with the lines to add', async () => {
  const place = await workspace({ config: 'databases: { main: { type: embedded } }\n' });
  onTestFinished(place.remove);
  const { code, stderr } = await runCli(['audit', 'ship', '--config', place.config]);
  expect(code).toBe(2);
  expect(stderr).toContain('ship: { to: s3, bucket: NAME, region: REGION }');
});

test('heads are shown with how far behind the copy is, before anything was shipped and after', async () => {
  const bucket = await aBucket();
  const place = await aPlace(bucket.url);
  const desk = await openDesk(place.auditDirectory, { signingKey: testSigningKey });
  await aCall(desk);
  await desk.close();
  const heads = (...more: string[]) => runCli(['audit', 'heads', '--config', place.config, ...more]);
  const before = await heads('--json');
  expect(JSON.parse(before.stdout)).toMatchObject({ ship: { target: 's3://evidence/pgwarden/' } });
  expect(JSON.parse(before.stdout).ship.lag_seconds).toBeGreaterThan(0);
  expect((await shipOnce(place.config)).code).toBe(0);
  const after = await heads();
  expect(after).toMatchObject({ code: 0, stderr: expect.stringContaining('s3://evidence/pgwarden/: nothing waits') });
  const alone = await runCli(['audit', 'heads', '--json', '--directory', place.auditDirectory]);
  expect(JSON.parse(alone.stdout)).not.toHaveProperty('ship');
});

test('calls are refused while the copy is behind, and run again once the shipper has caught up; the metric tells both', async () => {
  const bucket = await aBucket();
  const place = await aPlace(bucket.url, '  require_shipped_within: 5100ms');
  const lag = async () => {
    const text = await (await fetch(`${place.admin}/metrics`)).text();
    return Number(/^pgwarden_audit_ship_lag_seconds (\S+)$/m.exec(text)?.[1]);
  };
  const { server, client } = await serving(place.config);
  const call = () => client.call('list_databases', {});
  await vi.waitFor(async () => expect(await call()).toMatchObject({ isError: true }), {
    timeout: 20_000,
    interval: 200,
  });
  const refused = await call();
  expect(JSON.stringify(refused)).toContain('AUDIT_UNAVAILABLE');
  expect(JSON.stringify(refused)).toContain('too far behind, so nothing was executed');
  expect(await lag()).toBeGreaterThan(5.1);
  const { stdout: status } = await runCli(['status', '--config', place.config]);
  expect(status).toMatch(/^audit: 0 records wait for the disk, the copy elsewhere is \d+\.\d s behind$/m);
  expect((await fetch(server.url.replace('/mcp', '/readyz'))).status).toBe(503);
  shipping(place.config);
  await vi.waitFor(async () => expect(await call()).toMatchObject({ isError: false }), {
    timeout: 30_000,
    interval: 200,
  });
  expect(await lag()).toBeLessThan(5.1);
  await server.stop();
  const kinds = linesOf(place.auditDirectory, '_broker').join('\n');
  expect(kinds).toContain('"type":"degraded","why":"not_shipped"');
});
