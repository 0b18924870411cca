/** The toolbox: what is listed for whom, how arguments are refused, and that nothing leaks through an error. */

import { describe, expect, test } from 'vitest';
import { Failure, Refusal } from '../../src/model/errors.ts';
import type { Principal } from '../../src/model/principal.ts';
import type { CallContext } from '../../src/model/request.ts';
import { toolTable } from '../../src/tools/tool-table.ts';
import { createToolbox } from '../../src/tools/toolbox.ts';
import { aDatabase, testParts } from '../transport/parts.ts';

const alice: Principal = { id: 'alice', kind: 'human', auth: 'stdio', roles: ['analyst'] };
const writer: Principal = { ...alice, id: 'bob', roles: ['writer'] };
const call: CallContext = { id: 'call-1', tool: 'run_query', principal: alice, client: {}, transport: 'stdio' };
const invocation = { call, signal: new AbortController().signal };
const writable = { ...aDatabase, readonly: false };

describe('the list', () => {
  test('is the same bytes every time, in the order of the table', () => {
    const [one, other] = [testParts().toolbox, testParts().toolbox].map((toolbox) =>
      JSON.stringify(toolbox.list(alice)),
    );
    expect(one).toBe(other);
    const names = testParts()
      .toolbox.list(alice)
      .map((tool) => tool.name);
    expect(names).toEqual(toolTable.map((tool) => tool.name).filter((name) => name !== 'execute_statement'));
  });

  test('shows execute_statement only to those who hold a write right on a writable database', () => {
    const shown = (principal: Principal, database = writable) =>
      testParts(undefined, [database])
        .toolbox.list(principal)
        .some((tool) => tool.name === 'execute_statement');
    expect([shown(writer), shown(alice), shown(writer, aDatabase)]).toEqual([true, false, false]);
  });

  test('stays below 25 KB', () => {
    const list = testParts(undefined, [writable]).toolbox.list(writer);
    expect(list).toHaveLength(toolTable.length);
    expect(Buffer.byteLength(JSON.stringify(list))).toBeLessThan(25_000);
  });

  test('gives every tool a described name, hints, and schemas in which nothing accepts any value', () => {
    for (const tool of testParts(undefined, [writable]).toolbox.list(writer)) {
      expect(tool.name).toMatch(/^[a-z_]{1,64}$/);
      expect(tool.description?.length).toBeGreaterThan(20);
      expect(tool.annotations).toMatchObject({ openWorldHint: false });
      expect(anyValue(tool.inputSchema), `${tool.name} input`).toEqual([]);
      expect(anyValue(tool.outputSchema), `${tool.name} output`).toEqual([]);
    }
  });

  test('marks run_query as reading and execute_statement as destructive', () => {
    const list = testParts(undefined, [writable]).toolbox.list(writer);
    const hints = Object.fromEntries(list.map((tool) => [tool.name, tool.annotations]));
    expect(hints['run_query']).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(hints['execute_statement']).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });
});

test('run_query is marked as writing for those who may write with it: old write mode, and a right to', () => {
  const hint = (principal: Principal, database: typeof writable & { readonly legacyWrites: boolean }) =>
    testParts(undefined, [database])
      .toolbox.list(principal)
      .find((tool) => tool.name === 'run_query')?.annotations?.readOnlyHint;
  const old = { ...writable, legacyWrites: true };
  expect([hint(writer, old), hint(alice, old), hint(writer, writable)]).toEqual([false, true, true]);
  expect(hint(writer, { ...old, readonly: true })).toBe(true);
});

/** Paths of sub-schemas that say nothing of the value. */
function anyValue(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return schema === true ? [path] : [];
  const node = new Map(Object.entries(schema));
  const says = ['type', 'anyOf', 'enum', 'const', '$ref'].some((key) => node.has(key));
  const properties = Object.entries(Object(node.get('properties') ?? {}));
  const alternatives = Object.entries(Object(node.get('anyOf') ?? []));
  const inside = [
    ...alternatives,
    ...properties,
    ...['items', 'additionalProperties'].map((key) => [key, node.get(key)] as const),
  ]
    .filter(([, child]) => child !== undefined && child !== false)
    .flatMap(([key, child]) => anyValue(child, `${path}/${key}`));
  return says ? inside : [path, ...inside];
}

describe('arguments', () => {
  const refused = [
    { args: {}, says: '"sql"' },
    { args: { sql: 1 }, says: '"sql"' },
    { args: { sql: 'select 1', databaseId: 'x' }, says: '"databaseId"' },
    { args: { sql: 'select 1', principal: 'root' }, says: '"principal"' },
    { args: { sql: 'select 1', query_parameters: 'x' }, says: '"query_parameters"' },
    { args: { sql: 'select 1', purpose: 'x'.repeat(1001) }, says: '"purpose"' },
    { args: 'select 1', says: 'expected object' },
    { args: ['select 1'], says: 'expected object' },
  ];
  test.each(refused)('$args is REQUEST_INVALID with the field, and one refusal on record', async ({ args, says }) => {
    const { toolbox, recorded } = testParts();
    const answer = await toolbox.call('run_query', args, invocation);
    expect(answer).toMatchObject({ isError: true, structuredContent: { error: { code: 'REQUEST_INVALID' } } });
    expect(JSON.stringify(answer)).toContain(JSON.stringify(says).slice(1, -1));
    expect(recorded.refusals).toEqual(['REQUEST_INVALID']);
    expect(recorded.requests).toEqual([]);
  });

  test('that are wrong are never repeated to the caller', async () => {
    const { toolbox } = testParts();
    const answer = await toolbox.call('run_query', { sql: { secret: 'hunter2' } }, invocation);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });

  test('a refusal that cannot be recorded says so instead', async () => {
    const { parts } = testParts();
    const recordRefusal = () => Promise.reject(new Refusal('AUDIT_UNAVAILABLE', 'Not durable.'));
    const toolbox = createToolbox({ parts: { ...parts, audit: { ...parts.audit, recordRefusal } } });
    const answer = await toolbox.call('run_query', {}, invocation);
    expect(answer.structuredContent).toMatchObject({ error: { code: 'AUDIT_UNAVAILABLE' } });
  });

  test('purpose is the one argument that reaches the call', async () => {
    const { toolbox, recorded } = testParts();
    await toolbox.call('run_query', { sql: 'select 1', purpose: 'T-1', database_id: 'orders' }, invocation);
    expect(recorded.requests[0]).toMatchObject({
      call: { ...call, purpose: 'T-1' },
      databaseId: 'orders',
      intent: 'read',
      statement: { from: 'caller', sql: 'select 1' },
    });
  });
});

describe('errors', () => {
  test('of the corridor keep code, message, hint, position and SQLSTATE, as text and as structure', async () => {
    const failure = new Failure('BACKEND_QUERY_FAILED', 'division by zero', {
      hint: 'Mind the zeros.',
      position: 8,
      sqlstate: '22012',
      cause: new Error('at 10.0.0.1:5432 as postgres'),
    });
    const { toolbox, recorded } = testParts(() => Promise.reject(failure));
    const answer = await toolbox.call('run_query', { sql: 'select 1/0' }, invocation);
    const error = {
      code: 'BACKEND_QUERY_FAILED',
      message: 'division by zero',
      hint: 'Mind the zeros.',
      position: 8,
      sqlstate: '22012',
    };
    expect(answer).toEqual({
      isError: true,
      content: [{ type: 'text', text: JSON.stringify({ error }) }],
      structuredContent: { error },
      _meta: { 'pgwarden/call': 'call-1' },
    });
    expect(recorded.refusals).toEqual([]);
  });

  test('nobody foresaw become INTERNAL with the call id, and their cause goes to the operator alone', async () => {
    const { parts } = testParts(() =>
      Promise.reject(new TypeError('connect ECONNREFUSED 10.0.0.1:5432 password=hunter2')),
    );
    const faults: unknown[] = [];
    const toolbox = createToolbox({ parts, onFault: (error) => faults.push(error.cause) });
    const answer = await toolbox.call('run_query', { sql: 'select 1' }, invocation);
    expect(answer.structuredContent).toMatchObject({
      error: { code: 'INTERNAL', hint: expect.stringContaining('call-1') },
    });
    expect(JSON.stringify(answer)).not.toMatch(/ECONNREFUSED|hunter2|10\.0\.0\.1/);
    expect(faults).toEqual([expect.any(TypeError)]);
  });

  test('an unknown tool is refused and recorded', async () => {
    const { toolbox, recorded } = testParts();
    const answer = await toolbox.call('constructor', {}, invocation);
    expect(answer.structuredContent).toMatchObject({ error: { code: 'REQUEST_INVALID' } });
    expect(recorded.refusals).toEqual(['REQUEST_INVALID']);
    expect(toolbox.has('constructor')).toBe(false);
  });
});

describe('run_query', () => {
  const intentOn = async (database: typeof aDatabase) => {
    const { toolbox, recorded } = testParts(undefined, [database]);
    await toolbox.call('run_query', { sql: 'select 1' }, invocation);
    return recorded.requests[0];
  };

  test('only reads, also on a writable database', async () => {
    expect(await intentOn(writable)).toMatchObject({ intent: 'read' });
  });

  test('writes in legacy write mode, as it always did', async () => {
    expect(await intentOn({ ...writable, legacyWrites: true })).toMatchObject({ intent: 'write' });
    expect(await intentOn({ ...aDatabase, legacyWrites: true })).toMatchObject({ intent: 'read' });
  });
});

test('list_databases shows the principal’s databases by pattern and tag, and is on record', async () => {
  const databases = ['b', 'a', 'c'].map((id) => ({ ...aDatabase, id, tags: id === 'c' ? ['eu'] : ['us'] }));
  const { toolbox, recorded } = testParts(undefined, databases);
  const ids = async (args: object) => {
    const { structuredContent } = await toolbox.call('list_databases', args, invocation);
    return JSON.stringify(structuredContent);
  };
  expect(await ids({ limit: 2 })).toMatch(/"id":"a".*"id":"b".*next_cursor/);
  expect(await ids({ tag: 'eu' })).toMatch(/^\{"databases":\[\{"id":"c"[^\]]*"is_default":false[^\]]*\]\}\]\}$/);
  expect(await ids({ pattern: 'z*' })).toBe('{"databases":[]}');
  expect(recorded.requests.map((request) => request.action)).toEqual(['list', 'list', 'list']);
});
