/** Text from outside cannot break a line, fake a field, or make a record disappear. */

import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { Refusal } from '../../src/model/errors.ts';
import { sealPermit } from '../../src/policy/permit.ts';
import { noAccess, type RelationAccess } from '../../src/sql/access.ts';
import { aDatabase, aDecision, aRequest, aStatement } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

const hostile: Record<string, string> = {
  'line feeds': 'a\nb\r\nc',
  'a forged record': '"}\n{"prev":"0","seq":1,"v":1,"type":"outcome"}',
  NUL: 'a\u0000b',
  'line separators': 'a\u2028b\u2029c',
  'lone surrogates': '\ud800a\udc00',
  'terminal escapes': '\u001b[2J\u001b]0;owned\u0007',
  'right-to-left overrides': 'a\u202eb',
  __proto__: '__proto__","constructor":{"x":1}',
  'a long text': 'x'.repeat(100_000),
};

for (const [what, text] of Object.entries(hostile)) {
  test(`${what} in what a caller says of itself stays inside one line`, async () => {
    const directory = freshDirectory();
    const desk = await openDesk(directory, { sql: 'full' });
    const { call, ...request } = aRequest({ sql: text });
    await desk.recordRefusal(
      {
        ...request,
        call: {
          ...call,
          purpose: text,
          tool: text,
          client: { name: text, version: text, claimed: text },
          mcp: { request: text, session: text, protocol: text },
        },
      },
      new Refusal('STATEMENT_NOT_READ_ONLY', text, { hint: text }),
      { database: aDatabase() },
    );
    await desk.close();
    expect(linesOf(directory)).toHaveLength(2);
    expect(recordsOf(directory)[1]).toMatchObject({ type: 'intent', final: true, principal: { id: 'alice' } });
    expect(exitCodeOf((await verifyDirectory(directory, { full: true })).flatMap(({ findings }) => findings))).toBe(0);
  });
}

test('ten megabytes of SQL are one record that says what was cut, in every mode', { timeout: 60_000 }, async () => {
  const sql = `SELECT ${'1,'.repeat(5_000_000)}1`;
  for (const mode of ['redacted', 'full', 'hmac', 'fingerprint'] as const) {
    const directory = freshDirectory();
    const desk = await openDesk(directory, { sql: mode });
    await desk.recordRefusal(aRequest({ sql }), new Refusal('POLICY_DENIED', 'x'), {
      database: aDatabase(),
      statement: aStatement({ sql }),
    });
    const [, record] = recordsOf(directory);
    expect(record).toMatchObject({
      sql: { len: sql.length, truncated: true, hmac: expect.stringMatching(/^hmac:1:/) },
    });
    expect(linesOf(directory)[1]?.length).toBeLessThan(256 * 1024);
  }
});

test('a statement over thousands of columns and rules still has its record, which says what was left out', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const columns = Array.from({ length: 1600 }, (_, i) => `column_with_a_rather_long_name_${i}`);
  const relation = (i: number): RelationAccess => ({
    schema: 'public',
    name: `relation_${i}`,
    kind: 'table',
    oid: i,
    action: 'select',
    columns: columns
      .slice(1)
      .map((name, n) => ({ name, attnum: n, position: 1, written: name, outputs: [], otherUse: true })),
    allColumns: columns,
    system: false,
    behind: [],
    forbiddenBehind: [],
    inFrom: true,
    position: 1,
    written: 'x',
  });
  const request = aRequest();
  const decision = {
    ...aDecision,
    rules: Array.from({ length: 5000 }, (_, i) => `p, analyst, orders, public.relation_${i}, select, allow`),
  };
  const access = { ...noAccess, relations: Array.from({ length: 60 }, (_, i) => relation(i)) };
  await desk.recordIntent(
    sealPermit({ request, database: aDatabase(), statement: aStatement({}, request), access, decision }),
  );
  expect(linesOf(directory)[1]?.length).toBeLessThan(256 * 1024);
  expect(recordsOf(directory)[1]).toMatchObject({ type: 'intent', decision: { eff: 'allow' } });
});
