/** Tokens cut with the real seals for tests of the rooms behind the gates: also for statements no gate would let through. */

import { randomUUID } from 'node:crypto';
import { loadModule, parseSync } from 'libpg-query';
import { type AuthorizedQuery, type Commit, sealAuthorized } from '../../src/audit/audit-log.ts';
import type { Database, DatabaseLimits, DirectPostgresConnection } from '../../src/model/database.ts';
import type { BindParameters, CallLimits, Page } from '../../src/model/request.ts';
import { type Mask, sealPermit } from '../../src/policy/permit.ts';
import { type Access, noAccess } from '../../src/sql/access.ts';
import { createPositions } from '../../src/sql/positions.ts';
import { type StatementClass, sealStatement, type Tree } from '../../src/sql/statement.ts';
import { isTree } from '../../src/sql/tree.ts';
import { plainDatabase } from './database.ts';
import type { ServerAddress } from './postgres.ts';

/** A configured database; `connection` as the configuration would give it. */
export function aDatabase(
  connection: Database['connection'],
  changes: Partial<Omit<Database, 'limits' | 'connection'>> & { readonly limits?: Partial<DatabaseLimits> } = {},
): Database {
  return {
    ...plainDatabase,
    id: 'db',
    pool: { max: 3, idleTimeout: 30_000 },
    ...changes,
    connection,
    limits: { ...plainDatabase.limits, statementTimeout: 20_000, ...changes.limits },
  };
}

/** How the broker reaches a test server; the password is what the reference's `env` names. */
export function directConnection(
  server: ServerAddress & { readonly database: string },
  changes: Partial<DirectPostgresConnection> = {},
): DirectPostgresConnection {
  return {
    type: 'direct_postgres',
    hostname: server.host,
    port: server.port,
    database: server.database,
    user: server.user,
    password: { env: server.password },
    iam: false,
    ssl: 'disable',
    aws: {},
    ...changes,
  };
}

/** Reads a reference made by `directConnection`: the variable's name is the secret. */
export const readTestSecret = async (reference: object): Promise<string> => {
  const name: unknown = Reflect.get(reference, 'env');
  if (typeof name !== 'string') throw new Error('only env references here');
  return name;
};

export interface QueryOptions {
  readonly database: Database;
  readonly sql: string;
  readonly values?: readonly (string | null | { readonly value: string | null; readonly type: string })[];
  readonly class?: StatementClass;
  readonly kind?: string;
  readonly intent?: 'read' | 'write';
  readonly limits?: Partial<CallLimits>;
  readonly access?: Partial<Access>;
  readonly masks?: readonly Mask[];
  readonly page?: Page;
  readonly principal?: string;
  readonly roles?: readonly string[];
}

function bindings(values: QueryOptions['values'] = []): BindParameters {
  return {
    style: 'positional',
    values: values.map((value) => (typeof value === 'object' && value !== null ? value : { value })),
  };
}

await loadModule();

/** The tree of the first statement, as the gate would hand it over; empty for what is no statement. */
function treeOf(sql: string): Tree {
  try {
    const parsed: unknown = parseSync(sql);
    const statements: unknown = isTree(parsed) ? parsed['stmts'] : [];
    const tree: unknown = Array.isArray(statements) && isTree(statements[0]) ? statements[0]['stmt'] : {};
    return isTree(tree) ? tree : {};
  } catch {
    return {};
  }
}

/** An AuthorizedQuery for any text, as the desk would hand it out after its intent is durable. */
export function authorizedQuery(
  options: QueryOptions,
  recordPrecommit: (commit: Commit) => Promise<void> = async () => undefined,
): AuthorizedQuery {
  const { database, sql } = options;
  const parameters = bindings(options.values);
  const request = {
    call: {
      id: randomUUID(),
      tool: 'run_query',
      principal: {
        id: options.principal ?? 'alice',
        kind: 'human',
        auth: 'api_key',
        roles: options.roles ?? ['analyst'],
      },
      client: {},
      transport: 'internal',
    },
    databaseId: database.id,
    action: 'select',
    statement: { from: 'caller', sql, parameters },
    intent: options.intent ?? 'read',
    ...(options.page && { page: options.page }),
  } as const;
  const statement = sealStatement({
    sql,
    tree: treeOf(sql),
    class: options.class ?? 'read',
    kind:
      options.kind ??
      /^\s*(\w+)/
        .exec(sql)?.[1]
        ?.toUpperCase()
        .replace(/^WITH$/, 'SELECT') ??
      'SELECT',
    fixed: undefined,
    parameters,
    parameterCount: parameters.values.length,
    positionOf: createPositions(sql),
    request,
    database,
  });
  const { maxRows, maxBytes, statementTimeout } = database.limits;
  const permit = {
    request,
    database,
    statement,
    access: { ...noAccess, ...options.access },
    decision: {
      effect: 'permit',
      rules: ['test'],
      denied: [],
      obligations: {
        limits: { maxRows, maxBytes, statementTimeout, ...options.limits },
        masks: options.masks ?? [],
      },
      policy: { sha256: '', model: '', generation: 1 },
      duration: 0,
    },
  } as const;
  sealPermit({ ...permit });
  return sealAuthorized({ ...permit, intent: { origin: 'test', seq: 0 }, recordPrecommit });
}
