/** One server, two protocol eras: clients of the current revision and of the 2025 ones see the same tools. */

import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../src/model/errors.ts';
import { toolTable } from '../../src/tools/tool-table.ts';
import { type Listener, listener, modernClient, olderClient } from './listener.ts';
import { testParts } from './parts.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const eras = [
  { era: '2026', connect: modernClient, protocol: '2026-07-28' },
  { era: '2025', connect: olderClient, protocol: '2025-11-25' },
] as const;

describe.each(eras)('a client of $era', ({ connect, protocol }) => {
  test('lists the tools in the order of the table', async () => {
    running = await listener();
    const client = await connect(running.url);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(
      toolTable.map((tool) => tool.name).filter((name) => name !== 'execute_statement'),
    );
    await client.close();
  });

  test('gets rows as text, as structured content, and the receipt beside them', async () => {
    running = await listener();
    const client = await connect(running.url);
    const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'select 1 as one' } });
    expect(answer).toMatchObject({
      content: [{ type: 'text', text: '[{"one":1}]' }],
      structuredContent: { rows: [{ one: 1 }], row_count: 1, truncated: false },
      _meta: { 'pgwarden/receipt': { origin: 'test/orders/1', seq: 7, leaf: 'ab' } },
    });
    await client.close();
  });

  test('is on record with its name, version, protocol and address', async () => {
    running = await listener();
    const client = await connect(running.url);
    await client.callTool({ name: 'run_query', arguments: { sql: 'select 1', purpose: 'TICKET-1' } });
    expect(running.recorded.requests[0]?.call).toMatchObject({
      tool: 'run_query',
      transport: 'streamable-http',
      purpose: 'TICKET-1',
      principal: { id: 'alice', auth: 'none' },
      client: { address: '127.0.0.1', name: connect === modernClient ? 'modern' : 'older' },
      mcp: { protocol },
    });
    expect(running.recorded.requests[0]?.call.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    await client.close();
  });

  test('that knows the output schemas still gets errors as answers', async () => {
    const refuse = () => Promise.reject(new Refusal('POLICY_DENIED', 'Not permitted to you.', { position: 8 }));
    running = await listener({ parts: testParts(refuse) });
    const client = await connect(running.url);
    await client.listTools();
    const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'select secret' } });
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'POLICY_DENIED', message: 'Not permitted to you.', position: 8 } },
    });
    await client.close();
  });

  test('that asks for prompts and resources is told there are none', async () => {
    running = await listener();
    const client = await connect(running.url);
    expect(await client.listPrompts()).toMatchObject({ prompts: [] });
    expect(await client.listResources()).toMatchObject({ resources: [] });
    await client.close();
  });

  test('that names a tool which is not there gets a protocol error, and leaves a refusal', async () => {
    running = await listener();
    const client = await connect(running.url);
    await expect(client.callTool({ name: 'drop_everything', arguments: {} })).rejects.toThrow(/no such tool/);
    expect(running.recorded.refusals).toEqual(['REQUEST_INVALID']);
    await client.close();
  });
});

test('an older client has a session, a client of the current revision has none', async () => {
  running = await listener();
  const modern = await modernClient(running.url);
  await modern.listTools();
  expect(running.server.sessionCount()).toBe(0);
  const older = await olderClient(running.url);
  await older.listTools();
  expect(running.server.sessionCount()).toBe(1);
  await Promise.all([modern.close(), older.close()]);
});

test('with sessions: stateless no client has a session', async () => {
  running = await listener({ settings: { sessions: 'stateless' } });
  for (const connect of [modernClient, olderClient]) {
    const client = await connect(running.url);
    const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'select 1 as one' } });
    expect(answer.structuredContent).toMatchObject({ rows: [{ one: 1 }] });
    await client.close();
  }
  expect(running.server.sessionCount()).toBe(0);
});
