/** The promises of the corridor: what is refused never reaches a backend, and what is not on record does not happen. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditLog } from '../../src/audit/audit-log.ts';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { StaleCatalog } from '../../src/backends/stale-catalog.ts';
import type { BrokerParts } from '../../src/broker/parts.ts';
import { Refusal } from '../../src/model/errors.ts';
import type { Decision } from '../../src/policy/permit.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { backendThatMustNotRun, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({
    seed: `CREATE TABLE public.orders (id int PRIMARY KEY, total numeric, note text);
           INSERT INTO public.orders VALUES (1, 10, 'a'), (2, 20, 'b');
           CREATE TABLE public.salaries (id int, amount numeric);`,
  });
});
afterAll(() => database.drop());

const policy = ['p, analyst, *, public.orders, select, allow', 'p, analyst, *, public.orders.note, select, deny'];

async function corridor(replace?: (real: BrokerParts) => Partial<BrokerParts>): Promise<Corridor> {
  return openCorridor({
    databases: [
      aDatabase(directConnection(database), { id: 'main' }),
      aDatabase(directConnection(database), { id: 'other' }),
    ],
    policy,
    ...(replace === undefined ? {} : { replace }),
  });
}

/** Opens a corridor for one test and closes it behind it. */
async function within(
  replace: ((real: BrokerParts) => Partial<BrokerParts>) | undefined,
  work: (open: Corridor) => Promise<void>,
): Promise<void> {
  const open = await corridor(replace);
  try {
    await work(open);
  } finally {
    await open.close();
  }
}

const types = (records: readonly Record<string, unknown>[]) =>
  records
    .filter((record) => record['type'] !== 'genesis')
    .map((record) => (record['final'] === true ? 'refusal' : record['type']));
const onlyBackend = (backends: (real: Backend) => Backend) => (real: BrokerParts) => ({
  backends: backends(real.backends),
});
const onlyAudit = (change: (real: AuditLog) => Partial<AuditLog>) => (real: BrokerParts) => ({
  audit: { ...real.audit, ...change(real.audit) },
});
const broken = () => Promise.reject(new Refusal('AUDIT_UNAVAILABLE', 'The disk is gone.'));

describe('a permitted query', () => {
  test('is answered, and leaves an intent and an outcome', () =>
    within(undefined, async ({ run, records }) => {
      const answer = await run('SELECT id, total FROM orders ORDER BY id');
      expect(answer.rows).toEqual([
        [1, 10],
        [2, 20],
      ]);
      expect(types(await records('main'))).toEqual(['intent', 'outcome']);
      expect(answer.receipt.seq).toBeGreaterThan(0);
    }));
});

describe('a refused query leaves one refusal and never reaches the backend', () => {
  test.each([
    ['a write', 'DELETE FROM orders', 'STATEMENT_NOT_READ_ONLY'],
    ['a second statement', 'SELECT 1; SELECT 2', 'STATEMENT_MULTIPLE'],
    ['text that is no SQL', 'SELEC 1', 'STATEMENT_UNPARSABLE'],
    ['a table without a rule', 'SELECT amount FROM salaries', 'NAME_NOT_AVAILABLE'],
    ['a denied column', 'SELECT note FROM orders', 'NAME_NOT_AVAILABLE'],
    ['a forbidden function', 'SELECT pg_sleep(1)', 'FUNCTION_FORBIDDEN'],
  ])('%s', (_, sql, code) =>
    within(onlyBackend(backendThatMustNotRun), async ({ run, records }) => {
      await expect(run(sql)).rejects.toMatchObject({ code });
      expect(types(await records('main'))).toEqual(['refusal']);
    }),
  );

  test('a database that is not there is recorded in the log of the broker', () =>
    within(onlyBackend(backendThatMustNotRun), async ({ run, records }) => {
      await expect(run('SELECT 1', { databaseId: 'nowhere' })).rejects.toMatchObject({ code: 'DATABASE_UNKNOWN' });
      expect(types(await records('_broker'))).toEqual(['refusal']);
    }));
});

describe('a missing name and a hidden name', () => {
  test.each([
    ['relation', 'SELECT amount FROM salaries', 'SELECT amount FROM salarios'],
    ['column', 'SELECT note FROM orders', 'SELECT nota FROM orders'],
  ])('are one answer for a %s', (_, hidden, missing) =>
    within(undefined, async ({ run }) => {
      const told = async (sql: string) => {
        const error = await run(sql).catch((thrown: unknown) => thrown);
        if (!(error instanceof Refusal)) throw error;
        return {
          code: error.code,
          message: error.message.replaceAll('salarios', 'salaries').replaceAll('nota', 'note'),
          hint: error.hint,
          position: error.position,
        };
      };
      expect(await told(missing)).toEqual(await told(hidden));
    }),
  );
});

describe('what is not on record does not happen', () => {
  test('an intent that cannot be written keeps the query from the backend', () =>
    within(
      (real) => ({
        ...onlyBackend(backendThatMustNotRun)(real),
        ...onlyAudit((audit) => ({ recordIntent: refuseCallers(audit) }))(real),
      }),
      async ({ run }) => {
        await expect(run('SELECT id FROM orders')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      },
    ));

  test('an outcome that cannot be written withholds the rows', () =>
    within(
      onlyAudit((audit) => ({
        recordOutcome: (query, outcome) =>
          openStatement(openAuthorized(query).statement).fixed === undefined
            ? broken()
            : audit.recordOutcome(query, outcome),
      })),
      async ({ run }) => {
        await expect(run('SELECT id FROM orders')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      },
    ));

  test('a refusal that cannot be written is still a refusal', () =>
    within(
      onlyAudit(() => ({ recordRefusal: broken })),
      async ({ run }) => {
        await expect(run('DELETE FROM orders')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      },
    ));
});

describe('a permit names its rules', () => {
  test('an answer without a rule is no permit', () =>
    within(
      (real) => ({
        ...onlyBackend(backendThatMustNotRun)(real),
        decisionPoint: {
          ...real.decisionPoint,
          decide: async (question) => {
            const decision = await real.decisionPoint.decide(question);
            const bare: Decision = { ...decision, rules: [] };
            return question.statement.fixed === undefined ? bare : decision;
          },
        },
      }),
      async ({ run }) => {
        await expect(run('SELECT id FROM orders')).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      },
    ));

  test('a policy that cannot be asked permits nothing', () =>
    within(
      (real) => ({
        ...onlyBackend(backendThatMustNotRun)(real),
        decisionPoint: { ...real.decisionPoint, decide: () => Promise.reject(new Error('out of memory')) },
      }),
      async ({ run }) => {
        await expect(run('SELECT id FROM orders')).rejects.toMatchObject({
          code: expect.stringMatching(/^(POLICY|CATALOG)_UNAVAILABLE$/),
        });
      },
    ));
});

describe('a catalog that changed under a call', () => {
  test('is read anew and the call admitted once more, with records of both', () => {
    let stale = 1;
    return within(
      onlyBackend((real) => ({
        close: real.close,
        execute: (query, signal) => {
          if (openStatement(openAuthorized(query).statement).fixed === undefined && stale-- > 0)
            throw new StaleCatalog(query, 'before');
          return real.execute(query, signal);
        },
      })),
      async ({ run, records }) => {
        expect((await run('SELECT id FROM orders WHERE id = 1')).rows).toEqual([[1]]);
        expect(types(await records('main'))).toEqual(['intent', 'outcome', 'intent', 'outcome']);
      },
    );
  });

  test('is CATALOG_UNAVAILABLE when it changes twice', () =>
    within(
      onlyBackend((real) => ({
        close: real.close,
        execute: (query, signal) => {
          if (openStatement(openAuthorized(query).statement).fixed === undefined)
            throw new StaleCatalog(query, 'before');
          return real.execute(query, signal);
        },
      })),
      async ({ run }) => {
        await expect(run('SELECT id FROM orders')).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
      },
    ));
});

/** Fails to record a caller's intents; the broker's own go through, so that the catalog can be read. */
function refuseCallers(audit: AuditLog): AuditLog['recordIntent'] {
  return async (permit) => {
    const query = await audit.recordIntent(permit);
    return openStatement(openAuthorized(query).statement).fixed === undefined ? broken() : query;
  };
}
