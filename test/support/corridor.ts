/** The whole corridor in this process, made of the real rooms over a real database; any room can be put in its place. */

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { type AuditDesk, type AuditDeskOptions, createAuditDesk } from '../../src/audit/desk.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { createBackends } from '../../src/backends/backends.ts';
import type { Answer, Broker } from '../../src/broker/answer.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { BrokerParts } from '../../src/broker/parts.ts';
import type { AskServer } from '../../src/broker/settlement.ts';
import { isFixedName, isLoadingText } from '../../src/catalog/fixed-statements.ts';
import { createCatalogs, type RunFixedStatement } from '../../src/catalog/snapshots.ts';
import { createDatabases } from '../../src/databases/registry.ts';
import type { Database } from '../../src/model/database.ts';
import { type Principal, systemPrincipal } from '../../src/model/principal.ts';
import { noParameters, type QueryRequest } from '../../src/model/request.ts';
import { createCasbinDecisionPoint } from '../../src/policy/casbin-decision-point.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { type Read, read } from './read.ts';

/** Frozen, as every transport hands out its principals. */
export const alice: Principal = Object.freeze({ id: 'alice', kind: 'human', auth: 'stdio', roles: ['analyst'] });

export interface CorridorOptions {
  readonly databases: readonly Database[];
  /** Rows of `default.csv`. */
  readonly policy: readonly string[];
  /** Puts something else in the place of a room; gets the real one. */
  readonly replace?: (real: BrokerParts) => Partial<BrokerParts>;
  readonly audit?: Partial<AuditDeskOptions>;
}

export interface Corridor {
  readonly broker: Broker;
  readonly parts: BrokerParts;
  readonly desk: AuditDesk;
  /** Runs a fixed text as the system principal. */
  readonly ask: AskServer & RunFixedStatement;
  /** A call of `alice` with this text. */
  readonly run: (sql: string, changes?: Partial<QueryRequest>) => Promise<Read<Answer>>;
  /** Records of one database's log in order, parsed; those of the broker's own catalog reads are left out. */
  readonly records: (id: string) => Promise<readonly Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

export function aRequest(sql: string, changes: Partial<QueryRequest> = {}): QueryRequest {
  return {
    call: { id: randomUUID(), tool: 'run_query', principal: alice, client: {}, transport: 'stdio' },
    databaseId: undefined,
    action: 'select',
    statement: { from: 'caller', sql, parameters: noParameters },
    intent: 'read',
    ...changes,
  };
}

/** Lets the broker's own texts through and fails on a caller's: what must be refused before the backend never gets here. */
export function backendThatMustNotRun(real: Backend): Backend {
  return {
    execute: (query, signal) => {
      const { sql, fixed } = openStatement(openAuthorized(query).statement);
      if (fixed === undefined) throw new Error(`the backend was reached by: ${sql}`);
      return real.execute(query, signal);
    },
    close: real.close,
  };
}

export async function openCorridor(options: CorridorOptions): Promise<Corridor> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-corridor-'));
  const policies = join(directory, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'default.csv'), `${options.policy.join('\n')}\n`);
  const decisionPoint = await createCasbinDecisionPoint({
    source: { kind: 'files', directory: policies, byDatabase: {} },
    databases: options.databases,
  });
  const databases = createDatabases(options.databases, options.databases[0]?.id, decisionPoint.mayUse);
  const audit = await createAuditDesk({ directory: join(directory, 'audit'), sql: 'redacted', ...options.audit });
  const readSecret = async (reference: object) =>
    'env' in reference && typeof reference.env === 'string' ? reference.env : '';
  const backends = createBackends({ readSecret, nativeDriverForced: false });
  const ask: Corridor['ask'] = async (
    database: Database,
    name: string,
    parameters: readonly string[],
    cause: { readonly id: string },
  ) => {
    const call = {
      id: randomUUID(),
      tool: 'catalog',
      principal: systemPrincipal,
      client: {},
      transport: 'internal',
      cause: cause.id,
    } as const;
    const type = isFixedName(name) && isLoadingText(name) ? { type: 'oid' } : {};
    const values = parameters.map((value) => ({ value, ...type }));
    const statement = { from: 'fixed', name, parameters: { style: 'positional', values } } as const;
    const request: QueryRequest = { call, databaseId: database.id, action: 'select', statement, intent: 'read' };
    return (await read(broker.run(request, new AbortController().signal))).rows;
  };
  const catalogs = createCatalogs({ memory: 512 * 1024 * 1024, run: ask });
  const real: BrokerParts = { databases, catalogs, decisionPoint, audit, backends };
  const parts = { ...real, ...options.replace?.(real) };
  const broker = createBroker(parts);
  return {
    broker,
    parts,
    desk: audit,
    ask,
    run: (sql, changes) => read(broker.run(aRequest(sql, changes), new AbortController().signal)),
    records: (id) => recordsUnder(join(directory, 'audit', id)),
    async close() {
      await backends.close();
      await audit.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function recordsUnder(directory: string): Promise<Record<string, unknown>[]> {
  const paths = (await readdir(directory, { recursive: true }).catch(() => []))
    .filter((path) => path.endsWith('.jsonl'))
    .sort();
  const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')));
  const records: Record<string, unknown>[] = texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  );
  const own = new Set(
    records.filter((record) => JSON.stringify(record).includes('"tool":"catalog"')).map((record) => record['call']),
  );
  return records.filter((record) => !own.has(record['call']));
}
