/**
 * The corpora: one case a file. The first line is `-- expect: ok` or `-- expect: CODE`; further header lines may follow:
 * `min-server` (major version that runs it), `rules` (what the default principal lacks for it), `intent: write` (as execute_statement
 * on a writable database), `action: explain`, `parameters` (JSON: a list for $1 …, an object for :name), `stage` (which room
 * decides; default by code), `encoding: json` (the body is a JSON string) or `encoding: repeat` (a JSON list of [text, times]).
 * Everything after the header, without the last line break, is the statement.
 *
 * The default principal `analyst` may select `public.*` and `sales.*` but not `public.customers.email`, may call
 * `public.order_total(bigint)`, and has no right to catalogs or to any other schema. The schema is `schema.sql`.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../src/model/database.ts';
import type { BindParameters, QueryRequest } from '../../../src/model/request.ts';
import { plainDatabase } from '../../support/database.ts';

export interface Case {
  readonly name: string;
  readonly sql: string;
  /** `ok` or a code of model/errors.ts. */
  readonly expect: string;
  readonly minServer: number;
  readonly rules: string | undefined;
  readonly intent: 'read' | 'write';
  readonly action: 'select' | 'explain';
  readonly parameters: BindParameters;
  /** Which room refuses it. */
  readonly stage: 'gate' | 'references' | 'policy';
}

const folder = import.meta.dirname;

/** The SQL that makes the schema and its rows; run it as the owner of an empty database. */
export const corpusSchema = readFileSync(join(folder, 'schema.sql'), 'utf8');

export function readCorpus(part: 'reads' | 'refused'): readonly Case[] {
  return readdirSync(join(folder, part))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readCase(file.replace(/\.sql$/, ''), readFileSync(join(folder, part, file), 'utf8')));
}

function readCase(name: string, text: string): Case {
  const headers = new Map<string, string>();
  let rest = text.replace(/\n$/, '');
  for (let line = header(rest); line !== undefined; line = header(rest)) {
    headers.set(line.key, line.value);
    rest = rest.slice(line.length);
  }
  const expect = headers.get('expect') ?? '';
  return {
    name,
    sql: decode(rest, headers.get('encoding')),
    expect,
    minServer: Number(headers.get('min-server') ?? 15),
    rules: headers.get('rules'),
    intent: headers.get('intent') === 'write' ? 'write' : 'read',
    action: headers.get('action') === 'explain' ? 'explain' : 'select',
    parameters: bind(headers.get('parameters')),
    stage: stageOf(headers.get('stage'), expect),
  };
}

const known = 'expect|min-server|rules|intent|action|parameters|stage|encoding';

function header(text: string): { key: string; value: string; length: number } | undefined {
  const [line, key, value] = new RegExp(`^-- (${known}): (.*)(\\n|$)`).exec(text) ?? [];
  return line === undefined || key === undefined || value === undefined
    ? undefined
    : { key, value, length: line.length };
}

function decode(body: string, encoding: string | undefined): string {
  if (encoding === 'json') return JSON.parse(body);
  if (encoding === 'repeat')
    return (JSON.parse(body) as [string, number][]).map(([text, times]) => text.repeat(times)).join('');
  return body;
}

function bind(json: string | undefined): BindParameters {
  const values: unknown = json === undefined ? [] : JSON.parse(json);
  if (Array.isArray(values)) return { style: 'positional', values: values.map((value) => ({ value })) };
  return {
    style: 'named',
    values: Object.entries(values as Record<string, string>).map(([name, value]) => ({ name, value })),
  };
}

function stageOf(stated: string | undefined, expect: string): Case['stage'] {
  if (stated === 'gate' || stated === 'references' || stated === 'policy') return stated;
  if (/^(STATEMENT_|REQUEST_INVALID)/.test(expect)) return 'gate';
  return expect === 'POLICY_DENIED' ? 'policy' : 'references';
}

/** A request as the tools make it, for one case. */
export function requestFor({
  sql,
  intent,
  action,
  parameters,
}: Pick<Case, 'sql' | 'intent' | 'action' | 'parameters'>): QueryRequest {
  return {
    call: {
      id: '01890000-0000-7000-8000-000000000000',
      tool: 'run_query',
      principal: { id: 'ann', kind: 'human', auth: 'none', roles: ['analyst'] },
      client: {},
      transport: 'internal',
    },
    databaseId: 'corpus',
    action,
    statement: { from: 'caller', sql, parameters },
    intent,
  };
}

/** A configured database for one case; it is connected to nothing. */
export function databaseFor({ intent }: Pick<Case, 'intent'>, more: Partial<Database> = {}): Database {
  return { ...plainDatabase, id: 'corpus', readonly: intent === 'read', ...more };
}
