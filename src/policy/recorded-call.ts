/** Recorded calls, asked again: what a policy says now of what an audit log says was asked. */

import { z } from 'zod';
import type { Database } from '../model/database.ts';
import type { Principal } from '../model/principal.ts';
import { noParameters, type QueryRequest } from '../model/request.ts';
import { type ColumnUse, type FunctionAccess, noAccess, type RelationAccess } from '../sql/access.ts';
import { classifyFunction } from '../sql/functions.ts';
import type { Question } from './decision-point.ts';
import type { Policy } from './policy.ts';
import { isSystemSchema } from './system-sets.ts';

const relationKind = z.enum(['table', 'partitioned', 'view', 'matview', 'foreign', 'sequence', 'toast', 'composite']);
const relationAction = z.enum(['select', 'insert', 'update', 'delete', 'merge', 'truncate']);
const recorded = z.object({
  type: z.literal('intent'),
  ts: z.string(),
  call: z.string(),
  principal: z.object({ id: z.string(), roles: z.array(z.string()) }),
  db: z.object({ id: z.string() }),
  act: z.enum(['select', 'explain']),
  stmt: z.object({
    kind: z.string(),
    class: z.enum(['read', 'write', 'ddl', 'role', 'function', 'misc']),
    fixed: z.string().optional(),
  }),
  objects: z.array(
    z.object({
      s: z.string(),
      t: z.string(),
      k: z.union([relationKind, z.literal('function')]),
      acc: z.array(z.string()),
      cols: z.union([z.array(z.string()), z.literal('*')]).optional(),
      args: z.array(z.string()).optional(),
      via: z.string().optional(),
    }),
  ),
  decision: z.object({
    eff: z.enum(['allow', 'deny']),
    code: z.string().optional(),
    masks: z.array(z.string()).optional(),
  }),
});
export type RecordedCall = z.infer<typeof recorded>;

/** Refusals a policy can make or take back; others would be the same under any policy. */
const ofPolicies = new Set(['POLICY_DENIED', 'NAME_NOT_AVAILABLE', 'FUNCTION_FORBIDDEN', 'DATABASE_UNKNOWN']);

/** `other`: not a caller's statement. `unknown`: refused before it was known what it reaches, so it cannot be asked again. */
export type RecordReading = RecordedCall | 'other' | 'unknown';

export function readRecord(line: unknown): RecordReading {
  const reading = recorded.safeParse(line);
  if (reading.success) {
    const { stmt, decision } = reading.data;
    return stmt.fixed !== undefined || (decision.eff === 'deny' && !ofPolicies.has(decision.code ?? ''))
      ? 'other'
      : reading.data;
  }
  const refused = z
    .object({ type: z.literal('intent'), decision: z.object({ eff: z.literal('deny'), code: z.string() }) })
    .safeParse(line);
  return refused.success && ofPolicies.has(refused.data.decision.code) ? 'unknown' : 'other';
}

/** No column is called so: it stands for every column no rule names. */
const anyOther = '\u0000other';

/**
 * The question the recorded call would ask now. Records hold `*` for all columns: those are the ones the policy names and
 * one that stands for the rest. Masks are taken to be as good as recorded: a use that was permitted is a permitted use.
 */
export function askAgain(record: RecordedCall, policy: Policy, database: Database): Question {
  const principal: Principal = { id: record.principal.id, kind: 'human', auth: 'none', roles: record.principal.roles };
  const request: QueryRequest = {
    call: { id: record.call, tool: 'policy test', principal, client: {}, transport: 'internal' },
    databaseId: database.id,
    action: record.act,
    statement: { from: 'caller', sql: '', parameters: noParameters },
    intent: record.stmt.class === 'write' ? 'write' : 'read',
  };
  const statement = {
    sql: '',
    tree: {},
    class: record.stmt.class,
    kind: record.stmt.kind,
    fixed: undefined,
    parameters: noParameters,
    parameterCount: 0,
    positionOf: () => undefined,
    request,
    database,
  };
  const relations = record.objects.flatMap((object, index) => relationAccess(object, index, record, policy));
  const output = relations.flatMap(({ oid, schema, name, columns }) =>
    columns.map((column) => ({
      name: column.name,
      origin: { oid, attnum: column.attnum, schema, relation: name, column: column.name },
    })),
  );
  let next = 0;
  const placed = relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => ({ ...column, outputs: [next++] })),
  }));
  return {
    principal,
    database,
    request,
    statement,
    access: { ...noAccess, relations: placed, functions: record.objects.flatMap(functionAccess), output },
  };
}

type RecordedObject = RecordedCall['objects'][number];

function relationAccess(
  { s: schema, t: name, k, acc, cols = [], via }: RecordedObject,
  index: number,
  { objects }: RecordedCall,
  policy: Policy,
): readonly RelationAccess[] {
  const kind = relationKind.safeParse(k);
  if (!kind.success || via !== undefined) return [];
  const named = policy.rules.all.flatMap(({ pattern }) =>
    pattern.kind === 'column' && pattern.schema === schema && pattern.relation === name ? [pattern.column] : [],
  );
  const every = [...new Set([...named, ...(cols === '*' ? [] : cols), anyOther])];
  const columns = (cols === '*' ? every : cols).map(
    (column, at): ColumnUse => ({
      name: column,
      attnum: at + 1,
      position: 1,
      outputs: [],
      otherUse: false,
      written: column,
    }),
  );
  const behind = objects
    .filter((other) => other.via === `${schema}.${name}`)
    .map((other) => ({
      schema: other.s,
      name: other.t,
      columns: other.cols === undefined || other.cols === '*' ? [] : other.cols,
    }));
  return acc.flatMap((each): RelationAccess[] => {
    const action = relationAction.safeParse(each);
    if (!action.success) return [];
    return [
      {
        schema,
        name,
        kind: kind.data,
        oid: index + 1,
        action: action.data,
        columns,
        allColumns: every,
        system: isSystemSchema(schema),
        behind,
        forbiddenBehind: [],
        inFrom: true,
        position: 1,
        written: name,
      },
    ];
  });
}

function functionAccess({ s: schema, t: name, k, args = [] }: RecordedObject): readonly FunctionAccess[] {
  if (k !== 'function') return [];
  const identity = { schema, name, args, language: 'sql', securityDefiner: false };
  return [{ schema, name, args, oid: 1, ...classifyFunction(identity), via: 'call', position: 1, written: name }];
}
