/** Listings walk the corridor too: permitted, recorded, withheld without a record, and never at the backend's door. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import type { BrokerParts } from '../../src/broker/parts.ts';
import { Refusal } from '../../src/model/errors.ts';
import { noParameters, type QueryRequest } from '../../src/model/request.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { aRequest, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE orders (id int); CREATE TABLE salaries (amount int);' });
});
afterAll(() => database.drop());

const open = (replace?: (real: BrokerParts) => Partial<BrokerParts>): Promise<Corridor> =>
  openCorridor({
    databases: [aDatabase(directConnection(database), { id: 'main' })],
    policy: ['p, analyst, *, public.orders, select, allow'],
    ...(replace === undefined ? {} : { replace }),
  });

const statement = { from: 'fixed', name: 'catalog_relations', parameters: noParameters } as const;
const listing: QueryRequest = aRequest('', { statement, action: 'list' });

/** The broker's own catalog reads pass; the listing itself must not. */
const noBackendForCallers = ({ backends }: BrokerParts): Partial<BrokerParts> => ({
  backends: {
    ...backends,
    execute(query, signal) {
      const { principal } = openStatement(openAuthorized(query).statement).request.call;
      if (principal.kind !== 'system') throw new Error('a listing reached the backend');
      return backends.execute(query, signal);
    },
  },
});

test('a listing is answered from the snapshot, with an intent and an outcome', async () => {
  const corridor = await open(noBackendForCallers);
  const { items, receipt } = await corridor.broker.look(listing, (catalog, { id }) => [
    id,
    ...[...catalog.relations()].map((relation) => relation.name),
  ]);
  expect(items).toEqual(['main', 'orders', 'salaries']);
  const records = (await corridor.records('main')).filter((record) => record['call'] === listing.call.id);
  expect(records).toMatchObject([
    { type: 'intent', act: 'list', decision: { eff: 'allow' } },
    { type: 'outcome', st: 'ok', why: 'answered_by_broker', rows: 3 },
  ]);
  expect(records[1]?.['seq']).toBe(receipt.seq);
  await corridor.close();
});

test('a listing whose outcome cannot be recorded is withheld', async () => {
  const corridor = await open(({ audit }) => ({
    audit: {
      ...audit,
      recordOutcome: (query, outcome) =>
        openAuthorized(query).request.action === 'list'
          ? Promise.reject(new Refusal('AUDIT_UNAVAILABLE', 'Not durable.'))
          : audit.recordOutcome(query, outcome),
    },
  }));
  await expect(corridor.broker.look(listing, () => ['x'])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  await corridor.close();
});

test('a view that fails leaves an outcome that says so', async () => {
  const corridor = await open();
  const failing = corridor.broker.look(listing, () => {
    throw new TypeError('a fault');
  });
  await expect(failing).rejects.toMatchObject({ code: 'INTERNAL' });
  const outcome = (await corridor.records('main')).findLast((record) => record['type'] === 'outcome');
  expect(outcome).toMatchObject({ call: listing.call.id, err: { code: 'INTERNAL' } });
  await corridor.close();
});

test('a caller without a right in the database gets no listing, only a refusal', async () => {
  const corridor = await open();
  const stranger = { ...listing.call.principal, id: 'eve', roles: [] };
  const request = { ...listing, call: { ...listing.call, principal: stranger } };
  await expect(corridor.broker.look(request, () => ['x'])).rejects.toMatchObject({ code: 'DATABASE_UNKNOWN' });
  expect(await corridor.records('_broker')).toContainEqual(
    expect.objectContaining({ type: 'intent', final: true, call: listing.call.id }),
  );
  await corridor.close();
});

test('outside a listing the same text is refused', async () => {
  const corridor = await open();
  const request: QueryRequest = { ...listing, action: 'select' };
  const run = corridor.broker.run(request, new AbortController().signal);
  await expect(run).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  await corridor.close();
});
