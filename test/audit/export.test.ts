/** Exports: every kind of call is a valid event of OCSF class 6005 and a row of the table, as many as were taken. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { AuditDesk } from '../../src/audit/desk.ts';
import { sqlModes } from '../../src/audit/records/sql.ts';
import { Failure, Refusal } from '../../src/model/errors.ts';
import type { Principal } from '../../src/model/principal.ts';
import type { Access } from '../../src/sql/access.ts';
import { noAccess } from '../../src/sql/access.ts';
import { runAudit } from '../cli/audit.ts';
import { aCall, aDatabase, aPermit, aRequest, aResult, aStatement } from './shapes.ts';
import { freshDirectory, openDesk } from './support.ts';

const schema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, 'ocsf/datastore-activity.schema.json'), 'utf8'),
);
const validate = new Ajv({ allErrors: true }).compile(schema);

type Relation = Access['relations'][number];

const table = (name: string, action: Relation['action']): Relation => ({
  ...{ schema: 'public', name, kind: 'table', oid: 1, action, columns: [], allColumns: [], system: false, behind: [] },
  ...{ forbiddenBehind: [], inFrom: true, position: 1, written: name },
});

const callers: readonly Principal[] = [
  { id: 'alice', kind: 'human', auth: 'oauth', roles: ['analyst', 'auditor'] },
  { id: 'etl', kind: 'service', auth: 'mtls', roles: [], onBehalfOf: 'alice' },
  { id: 'assistant', kind: 'agent', auth: 'api_key', roles: [] },
];

/** Calls that end in every way, by every kind of caller, over the network and on this machine. */
async function everyKind(desk: AuditDesk): Promise<void> {
  await aCall(desk, { access: { ...noAccess, relations: [table('orders', 'select'), table('customers', 'select')] } });
  for (const code of ['BACKEND_QUERY_FAILED', 'BACKEND_TIMEOUT', 'BACKEND_CANCELLED', 'BACKEND_UNAVAILABLE'] as const) {
    const error = new Failure(code, 'x', code === 'BACKEND_QUERY_FAILED' ? { sqlstate: '22012' } : {});
    await desk.recordOutcome(await desk.recordIntent(aPermit()), { ok: false, error });
  }
  await desk.recordOutcome(await desk.recordIntent(aPermit()), { ok: true, value: { why: 'checked' } });
  await aCall(desk, { page: { of: randomUUID(), number: 2 } });
  for (const principal of callers) {
    const request = aRequest();
    const call = { ...request.call, principal, client: {}, transport: 'stdio' as const };
    const refusal = new Refusal('POLICY_DENIED', 'x');
    const trail = { database: aDatabase(), statement: aStatement({}, request), access: noAccess };
    await desk.recordRefusal({ ...request, call }, refusal, trail);
    await desk.recordOutcome(await desk.recordIntent(aPermit()), { ok: true, value: aResult });
  }
  await desk.recordRefusal(aRequest({ sql: 'not SQL' }), new Refusal('STATEMENT_UNPARSABLE', 'x'), {
    database: aDatabase(),
  });
  await desk.recordRefusal(aRequest({ database: 'nowhere' }), new Refusal('DATABASE_UNKNOWN', 'x'), {});
  await desk.recordListing({ ...aRequest(), action: 'list' }, 3);
  const { principal: _nobody, ...call } = aRequest().call;
  await desk.recordAuthenticationFailure({ call, why: 'bad_signature' });
  await desk.recordIntent(aPermit()); // its outcome never comes
}

async function exported(directory: string, to: string) {
  const out = join(directory, `calls.${to}`);
  expect((await runAudit('export', '--to', to, '--out', out, '--directory', directory)).code).toBe(0);
  const manifest = JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8'));
  return { text: readFileSync(out, 'utf8'), manifest };
}

test.each(sqlModes)('in mode %s every kind of call is a valid OCSF event', async (mode) => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { sql: mode });
  await everyKind(desk);
  await desk.close();
  const { text, manifest } = await exported(directory, 'ocsf');
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const event of events) expect(validate(event) ? [] : validate.errors, JSON.stringify(event)).toEqual([]);
  for (const { src_endpoint: from } of events) if (from.ip !== undefined) expect(isIP(from.ip)).not.toBe(0);
  expect(events).toHaveLength(manifest.events);
  expect(new Set(events.map(({ metadata }) => metadata.uid)).size).toBe(events.length);
});

test('the schema refuses what the class does not have', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  await desk.close();
  const event = JSON.parse((await exported(directory, 'ocsf')).text);
  expect(validate(event)).toBe(true);
  expect(validate({ ...event, invented: 1 })).toBe(false);
  expect(validate({ ...event, type_uid: 600_501 })).toBe(false);
  expect(validate({ ...event, query_info: { ...event.query_info, data: {} } })).toBe(false);
  expect(validate({ ...event, database: undefined, actor: {} })).toBe(false);
});

test('events, rows and calls are as many as the log has', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await everyKind(desk);
  await desk.close();
  const [ocsf, csv] = [await exported(directory, 'ocsf'), await exported(directory, 'csv')];
  const calls = new Set(
    ocsf.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).metadata.correlation_uid),
  );
  expect(calls.size).toBe(ocsf.manifest.calls);
  expect(csv.manifest.calls).toBe(ocsf.manifest.calls);
  expect(csv.text.trimEnd().split('\r\n')).toHaveLength(csv.manifest.events + 1);
  expect(csv.text).toMatch(/,[0-9a-f-]{36},2\r\n/); // a second page, and the call that asked for the first
  expect(ocsf.manifest.events).toBe(ocsf.manifest.calls + 1); // one call reached two tables
  expect(csv.manifest.sources.map(({ log }: { log: string }) => log)).toContain('orders/i1');
});
