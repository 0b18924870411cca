/** Calls as the corridor hands them to the desk; used by tests and by the processes they start. */

import { randomUUID } from 'node:crypto';
import type { AuditDesk } from '../../src/audit/desk.ts';
import type { Database } from '../../src/model/database.ts';
import { noParameters, type Page, type QueryRequest } from '../../src/model/request.ts';
import type { QueryResult } from '../../src/model/result.ts';
import { type Decision, type Permit, sealPermit } from '../../src/policy/permit.ts';
import { type Access, noAccess } from '../../src/sql/access.ts';
import { type ParsedStatement, sealStatement } from '../../src/sql/statement.ts';
import { plainDatabase } from '../support/database.ts';

export const testKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

export const aDatabase = (id = 'orders'): Database => ({ ...plainDatabase, id });

export interface CallShape {
  readonly sql?: string;
  readonly database?: string;
  readonly call?: string;
  readonly principal?: string;
  readonly access?: Access;
  readonly decision?: Partial<Decision>;
  readonly page?: Page;
}

export function aRequest({
  sql = 'SELECT 1',
  database = 'orders',
  call = randomUUID(),
  principal = 'alice',
  page,
}: CallShape = {}): QueryRequest {
  return {
    call: {
      id: call,
      tool: 'run_query',
      principal: { id: principal, kind: 'human', auth: 'api_key', roles: ['analyst'] },
      client: { name: 'inspector', version: '1.0', address: '127.0.0.1' },
      transport: 'streamable-http',
      mcp: { request: '7', protocol: '2025-11-25', session: 's-1' },
      ...(page === undefined || page.number === 1 ? {} : { cause: page.of }),
    },
    databaseId: database,
    action: 'select',
    statement: { from: 'caller', sql, parameters: noParameters },
    intent: 'read',
    ...(page === undefined ? {} : { page }),
  };
}

export function aStatement(shape: CallShape = {}, request = aRequest(shape)): ParsedStatement {
  return sealStatement({
    sql: shape.sql ?? 'SELECT 1',
    tree: { SelectStmt: {} },
    class: 'read',
    kind: 'SELECT',
    fixed: undefined,
    parameters: noParameters,
    parameterCount: 0,
    positionOf: () => undefined,
    request,
    database: aDatabase(shape.database),
  });
}

export const aDecision: Decision = {
  effect: 'permit',
  rules: ['p, analyst, orders, public.orders, select, allow'],
  denied: [],
  obligations: { limits: { maxRows: 1000, maxBytes: 1_000_000, statementTimeout: 1000 }, masks: [] },
  policy: { sha256: 'a'.repeat(64), model: 'b'.repeat(64), generation: 1 },
  duration: 42,
};

export function aPermit(shape: CallShape = {}): Permit {
  const request = aRequest(shape);
  return sealPermit({
    request,
    database: aDatabase(shape.database),
    statement: aStatement(shape, request),
    access: shape.access ?? noAccess,
    decision: { ...aDecision, ...shape.decision },
  });
}

export const aResult: QueryResult = {
  columns: [{ name: 'id', type: 'integer' }],
  rows: [[1], [2]],
  cut: 'none',
  bytes: 12,
  masked: [],
  backend: { pid: 4242, version: '18.0' },
  timings: { queue: 1, connect: 2, execute: 3 },
};

/** One whole call: intent, then outcome. */
export async function aCall(desk: AuditDesk, shape: CallShape = {}) {
  const query = await desk.recordIntent(aPermit(shape));
  return desk.recordOutcome(query, { ok: true, value: aResult });
}

/** An identity key as `audit keygen` writes it; for tests alone. */
export const testSigningKey = 'PRIVATE+KEY+test-identity+bcec8337+AbTqgEuU/ijhTJaGBGNfucttp8xKDqt4Bcvcfgrim3LC';
export const testVerifierKey = 'test-identity+bcec8337+Aautpiafqa+YPbnT5vxtnXjItTgOO8ebQs1mcLa81iQN';
