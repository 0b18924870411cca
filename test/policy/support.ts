/** What policy tests are made of: a policy text put in force, and readings as the references room would hand them over. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/model/database.ts';
import type { Principal } from '../../src/model/principal.ts';
import { noParameters, type QueryRequest } from '../../src/model/request.ts';
import { type CasbinDecisionPoint, createCasbinDecisionPoint } from '../../src/policy/casbin-decision-point.ts';
import type { Question } from '../../src/policy/decision-point.ts';
import { type Access, type FunctionAccess, noAccess, type RelationAccess } from '../../src/sql/access.ts';
import type { StatementContents } from '../../src/sql/statement.ts';
import { plainDatabase } from '../support/database.ts';

export const aDatabase = (changes: Partial<Database> = {}): Database => ({ ...plainDatabase, ...changes });

export const aPrincipal = (id: string, ...roles: string[]): Principal => ({
  id,
  kind: 'human',
  auth: 'api_key',
  roles,
});

/** A directory of policy files, removed when the test ends. */
export async function policyDirectory(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'policies '));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

/** The policy of the database `orders`, with `roles.csv` where wanted. */
export async function inForce(policy: string, roles?: string): Promise<CasbinDecisionPoint> {
  const directory = await policyDirectory({
    'orders.csv': policy,
    ...(roles === undefined ? {} : { 'roles.csv': roles }),
  });
  return createCasbinDecisionPoint({
    source: { kind: 'files', directory, byDatabase: {} },
    databases: [{ id: 'orders', legacyWrites: false }],
  });
}

const customers = ['id', 'name', 'email', 'phone'];

/** `public.customers` read by name, unless said otherwise. */
export function aRelation(
  changes: Partial<Omit<RelationAccess, 'columns'>> & {
    columns?: readonly (string | RelationAccess['columns'][number])[];
  } = {},
): RelationAccess {
  const allColumns = changes.allColumns ?? customers;
  const columns = (changes.columns ?? ['id']).map((column, index) =>
    typeof column === 'string'
      ? {
          name: column,
          attnum: column === 'ctid' ? -1 : allColumns.indexOf(column) + 1,
          position: 8 + index,
          outputs: [index],
          otherUse: false,
          written: column,
        }
      : column,
  );
  return {
    schema: 'public',
    name: 'customers',
    kind: 'table',
    oid: 16_384,
    action: 'select',
    system: false,
    behind: [],
    forbiddenBehind: [],
    inFrom: true,
    position: 40,
    written: changes.name ?? 'customers',
    ...changes,
    allColumns,
    columns,
  };
}

export const aFunction = (changes: Partial<FunctionAccess> = {}): FunctionAccess => ({
  schema: 'public',
  name: 'monthly_total',
  args: [],
  oid: 20_000,
  class: 'user',
  reason: 'a function of this database',
  via: 'call',
  position: 8,
  written: changes.name ?? 'monthly_total',
  ...changes,
});

export interface Asked {
  readonly relations?: readonly RelationAccess[];
  readonly functions?: readonly FunctionAccess[];
  readonly access?: Partial<Access>;
  readonly statement?: Partial<StatementContents>;
  readonly request?: Partial<QueryRequest>;
  readonly database?: Partial<Database>;
}

export function aQuestion(
  principal: Principal,
  { relations = [], functions = [], access, statement, request, database }: Asked,
): Question {
  const theDatabase = aDatabase(database);
  const theRequest: QueryRequest = {
    call: { id: '0', tool: 'run_query', principal, client: {}, transport: 'internal' },
    databaseId: theDatabase.id,
    action: 'select',
    statement: { from: 'caller', sql: 'select', parameters: { style: 'positional', values: [] } },
    intent: 'read',
    ...request,
  };
  const contents: StatementContents = {
    sql: 'select',
    tree: {},
    class: 'read',
    kind: 'SELECT',
    fixed: undefined,
    parameters: noParameters,
    parameterCount: 0,
    positionOf: () => undefined,
    request: theRequest,
    database: theDatabase,
    ...statement,
  };
  return {
    principal,
    database: theDatabase,
    request: theRequest,
    statement: contents,
    access: { ...noAccess, relations, functions, ...access },
  };
}
