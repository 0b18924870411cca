/** Policy files: what is refused at load, with file, line and hint; which file a database uses; what the hash covers. */

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CasbinDecisionPoint, createCasbinDecisionPoint } from '../../src/policy/casbin-decision-point.ts';
import { PolicyUnusable } from '../../src/policy/fault.ts';
import { modelText } from '../../src/policy/model.ts';
import { createPolicyReader } from '../../src/policy/policy-directory.ts';
import { aPrincipal, aQuestion, aRelation, policyDirectory } from './support.ts';

const good = 'p, r, orders, public.t, select, allow';

async function load(
  files: Readonly<Record<string, string>>,
  ids = ['orders'],
  byDatabase: Readonly<Record<string, string>> = {},
): Promise<CasbinDecisionPoint> {
  const directory = await policyDirectory(files);
  return createCasbinDecisionPoint({
    source: { kind: 'files', directory, byDatabase },
    databases: ids.map((id) => ({ id, legacyWrites: false })),
  });
}

const faultOf = async (line: string) => {
  const error = await load({ 'orders.csv': `# a comment\n${good}\n${line}` }).catch((thrown: unknown) => thrown);
  if (!(error instanceof PolicyUnusable)) throw new Error(`loaded: ${line}`);
  return error;
};

describe('a row that is wrong stops the load', () => {
  test.each([
    ['p, r, orders, public.t, selct, allow', /no action "selct"/, /select/],
    ['p, r, orders, public.t, *, allow', /no action "\*"/, /actions are/],
    ['p, r, orders, public.t, SELECT, allow', /no action "SELECT"/, /Did you mean select/],
    ['p, r, orders, public.t, select, alow', /no effect "alow"/, /allow/],
    ['p, r, orders, public.t, select', /6 fields, this one has 5/, /p, subject, database, resource, action, effect/],
    ['p, r, orders, public.t, select, allow,', /has 7/, /Write/],
    ['p, r, orders, public.t, select, allow, 1', /has 7/, /Write/],
    ['p, , orders, public.t, select, allow', /subject is empty/, /Write/],
    ['p, r, billing, public.t, select, allow', /database column is "billing"/, /billing\.csv/],
    ['p, r, *, public.t, select, allow', /database column is "\*"/, /own file/],
    ['p, r, orders, orders, select, allow', /names no schema/, /public\.orders/],
    ['p, r, orders, public.t.c.d, select, allow', /too many parts/, /schema\.relation/],
    ['p, r, orders, public.t.*, select, allow', /no resource/, /covers its columns/],
    ['p, r, orders, public., select, allow', /cannot be read/, /Write/],
    ['p, r, orders, *.t, select, allow', /cannot be read/, /Write/],
    ['p, r, orders, public.1t, select, allow', /cannot be read/, /Write/],
    ['p, r, orders, public."t, select, allow', /not closed/, /end on their line/],
    ['p, r, orders, public."", select, allow', /cannot be read/, /Write/],
    [`p, r, orders, public.${'x'.repeat(64)}, select, allow`, /63 bytes/, /Write/],
    ['p, r, orders, @introspecton, select, allow', /no set @introspecton/, /@introspection/],
    ['p, r, orders, @statistics, insert, allow', /no meaning/, /select/],
    ['p, r, orders, pg_catalog.*, select, allow', /opens no system schema/, /@introspection/],
    ['p, r, orders, public.f(), select, allow', /action of a function is call/, /call/],
    ['p, r, orders, public.*, call, allow', /names its function/, /wildcards give no function/],
    ['p, r, orders, **, call, allow', /names its function/, /wildcards give no function/],
    ['p, r, orders, public.t, call, deny', /names its function/, /schema\.function/],
    ['p, r, orders, public.f(int,), call, allow', /argument type .* is empty/, /all overloads/],
    ['p, r, orders, public.f(int, call, allow', /brackets/, /Quoted/],
    ['p, r, orders, f(), call, allow', /not a function's name/, /schema\.function/],
    ['p, r, orders, public.t.c, delete, allow', /delete has no columns/, /relation/],
    ['p, user:, orders, public.t, select, allow', /not the name of a user/, /anyone authenticated/],
    ['p, user:*, orders, public.t, select, allow', /not the name of a user/, /anyone authenticated/],
    ['p, role:*, orders, public.t, select, allow', /not the name of a role/, /one role/],
    ['P, r, orders, public.t, select, allow', /no kind of row/, /begins with p/],
    ['g, alice, analyst', /4 fields/, /g, user, role, database/],
    ['g, *, analyst, orders', /not the name of a user/, /one user/],
    ['g, alice, *, orders', /not the name of a role/, /one role/],
    ['g, alice, analyst, *', /database column/, /own file/],
    ['limit, r, orders, row, 5', /no limit "row"/, /rows/],
    ['limit, r, orders, rows, 5KiB', /no amount/, /whole number/],
    ['limit, r, orders, rows, 0', /no amount/, /whole number/],
    ['limit, r, orders, bytes, 5kb', /no amount/, /64KiB/],
    ['limit, r, orders, time, soon', /no amount/, /30s/],
    ['mask, r, orders, public.t, full', /names no column/, /schema\.relation\.column/],
    ['mask, r, orders, public.t.c, some', /no mask "some"/, /full/],
    ['p, r, orders, public.t\u0000, select, allow', /control character/, /plain text/],
    ['p, r\u2028, orders, public.t, select, allow', /control character/, /plain text/],
  ])('%j', async (line, message, hint) => {
    const error = await faultOf(line);
    expect(error.faults).toHaveLength(1);
    expect(error.faults[0]).toMatchObject({
      line: 3,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(error.message).toContain('orders.csv:3: ');
    expect(error.code).toBe('POLICY_UNAVAILABLE');
  });

  test('all faults of all files are told at once', async () => {
    const error = await load({ 'orders.csv': 'p, x\nq', 'roles.csv': `${good}\ng, a, b, orders` }).catch(
      (thrown: unknown) => thrown,
    );
    expect(
      error instanceof PolicyUnusable && error.faults.map(({ file, line }) => `${file.split('/').at(-1)}:${line}`),
    ).toEqual(['roles.csv:1', 'roles.csv:2', 'orders.csv:1', 'orders.csv:2']);
  });

  test('line endings of any system, a byte order mark, comments and blank lines change nothing', async () => {
    const point = await load({
      'orders.csv': `\ufeff# rules\r\n\r\n${good}\r\n   # more\rp, s, orders, public.u, select, allow\r`,
    });
    expect(point.policy('orders').rules.all).toHaveLength(2);
  });

  test('a rule said twice is one rule', async () => {
    expect(
      (await load({ 'orders.csv': `${good}\np,r,orders,PUBLIC."t",select,allow` })).policy('orders').rules.all,
    ).toHaveLength(1);
  });
});

describe('which policy a database has', () => {
  test.each([
    ['no file at all', {}],
    ['an empty file', { 'orders.csv': '' }],
    ['a file of comments', { 'orders.csv': '# nothing yet\n' }],
    ['roles but no rules', { 'roles.csv': 'g, alice, analyst, *' }],
    [
      'a file with roles, limits and masks alone',
      { 'orders.csv': 'g, a, b, orders\nlimit, b, orders, rows, 1\nmask, b, orders, s.t.c, full' },
    ],
    ['an empty file beside a good default', { 'orders.csv': '\n', 'default.csv': 'p, r, *, public.t, select, allow' }],
    ['a file that is not text', { 'orders.csv': '\u0000' }],
  ])('%s stops the start', async (_what, files) => {
    await expect(load(files)).rejects.toThrow(PolicyUnusable);
  });

  test('its own file, else default.csv with * as database, and roles.csv always', async () => {
    const point = await load(
      {
        'orders.csv': 'p, r, orders, public.t, select, allow',
        'default.csv': 'p, r, *, public.u, select, allow',
        'roles.csv': 'g, alice, r, *',
      },
      ['orders', 'billing', 'stock'],
    );
    const reads = async (id: string, name: string) =>
      (await point.decide(aQuestion(aPrincipal('alice'), { database: { id }, relations: [aRelation({ name })] })))
        .effect;
    expect(await reads('orders', 't')).toBe('permit');
    expect(await reads('orders', 'u')).toBe('deny');
    expect(await reads('billing', 'u')).toBe('permit');
    expect(await reads('stock', 'u')).toBe('permit');
    expect(point.policy('billing')).toBe(point.policy('stock'));
    expect(point.version('billing')).not.toBe(point.version('orders'));
  });

  test('a role link of one database says nothing about another', async () => {
    const point = await load(
      { 'orders.csv': `${good}\ng, alice, r, orders`, 'billing.csv': 'p, r, billing, public.t, select, allow' },
      ['orders', 'billing'],
    );
    expect(point.mayUse(aPrincipal('alice'), 'orders')).toBe(true);
    expect(point.mayUse(aPrincipal('alice'), 'billing')).toBe(false);
  });

  test('a file the configuration names stands before the directory, and must exist', async () => {
    const directory = await policyDirectory({ 'special.csv': good });
    await expect(load({}, ['orders'], { orders: join(directory, 'special.csv') })).resolves.toBeDefined();
    await expect(
      load({ 'default.csv': 'p, r, *, public.t, select, allow' }, ['orders'], { orders: join(directory, 'gone.csv') }),
    ).rejects.toThrow(/gone\.csv/);
  });

  test('a file named for several databases holds * as database', async () => {
    const directory = await policyDirectory({ 'common.csv': 'p, r, *, public.t, select, allow', 'narrow.csv': good });
    const both = (name: string) => ({ orders: join(directory, name), billing: join(directory, name) });
    const point = await load({}, ['orders', 'billing'], both('common.csv'));
    expect(point.mayUse(aPrincipal('zoe', 'r'), 'billing')).toBe(true);
    await expect(load({}, ['orders', 'billing'], both('narrow.csv'))).rejects.toThrow(/must be "\*"/);
  });

  test('a database without a policy permits nothing to anyone', async () => {
    const point = await load({ 'orders.csv': good });
    const stranger = aQuestion(aPrincipal('alice', 'r'), { database: { id: 'elsewhere' }, relations: [aRelation()] });
    await expect(point.decide(stranger)).rejects.toMatchObject({ code: 'POLICY_UNAVAILABLE' });
    expect(point.mayUse(aPrincipal('alice', 'r'), 'elsewhere')).toBe(false);
    expect(point.visibility(aPrincipal('alice', 'r'), 'elsewhere').relation('public', 't', ['id'])).toBe(false);
  });
});

describe('the model and the hash', () => {
  test('policies/model.conf is the model this program decides with', async () => {
    expect(await readFile(join(import.meta.dirname, '../../policies/model.conf'), 'utf8')).toBe(modelText);
  });

  test('a directory may hold the model, comments apart, and no other', async () => {
    await expect(
      load({ 'orders.csv': good, 'model.conf': `# ours\n\n${modelText.replaceAll(/#.*\n/g, '')}` }),
    ).resolves.toBeDefined();
    await expect(
      load({ 'orders.csv': good, 'model.conf': modelText.replace('&& !some(where (p.eft == deny))', '') }),
    ).rejects.toThrow(/model differs/);
  });

  test('the version is the SHA-256 of the texts kept with the audit log, and changes with each of them', async () => {
    const { createHash } = await import('node:crypto');
    const point = await load({ 'orders.csv': good, 'roles.csv': 'g, a, r, *' });
    expect(createHash('sha256').update(point.texts('orders').policy).digest('hex')).toBe(point.version('orders'));
    const others = await Promise.all([
      load({ 'orders.csv': `${good} `, 'roles.csv': 'g, a, r, *' }),
      load({ 'orders.csv': good, 'roles.csv': 'g, b, r, *' }),
      load({ 'orders.csv': good }),
    ]);
    expect(new Set([point, ...others].map((each) => each.version('orders'))).size).toBe(4);
  });
});

describe('read again', () => {
  const other = good.replaceAll('orders', 'billing');

  async function twice(change: Readonly<Record<string, string>>) {
    const directory = await policyDirectory({
      'orders.csv': good,
      'billing.csv': other,
      'roles.csv': 'g, alice, r, *',
    });
    const read = createPolicyReader();
    const files = { directory, byDatabase: {} };
    const before = await read(files, ['orders', 'billing']);
    for (const [name, text] of Object.entries(change)) await writeFile(join(directory, name), text);
    const after = await read(files, ['orders', 'billing']).catch((thrown: unknown) => thrown);
    return { before, after, read: () => read(files, ['orders', 'billing']), directory };
  }

  const kept = (before: ReadonlyMap<string, unknown>, after: unknown) =>
    after instanceof Map ? [...before].filter(([id, policy]) => after.get(id) === policy).map(([id]) => id) : undefined;

  test('a policy whose text stands is the object it was, and beside it one is made of the text that changed', async () => {
    const { before, after } = await twice({ 'billing.csv': `${other}\np, r, billing, public.u, select, allow` });
    expect(kept(before, after)).toEqual(['orders']);
  });

  test('role links for all change every policy', async () => {
    const { before, after } = await twice({ 'roles.csv': 'g, bob, r, *' });
    expect(kept(before, after)).toEqual([]);
  });

  test('a fault changes nothing: what is read after it is mended is what there was', async () => {
    const { before, after, read, directory } = await twice({ 'billing.csv': 'p, r, billing, public.t, selekt, allow' });
    expect(after).toBeInstanceOf(PolicyUnusable);
    await writeFile(join(directory, 'billing.csv'), other);
    expect(kept(before, await read())).toEqual(['orders', 'billing']);
  });
});

test.each([
  ['a pipe that nobody writes to', async (path: string) => void execFileSync('mkfifo', [path])],
  ['a directory', async (path: string) => void (await mkdir(path))],
  ['more than a policy can be', (path: string) => writeFile(path, '#'.repeat(20 * 1024 * 1024))],
  ['a link to itself', (path: string) => symlink(path, path)],
])(
  '%s in the place of a policy is refused, and nothing waits for it',
  async (_what, place) => {
    const directory = await policyDirectory({ 'default.csv': 'p, r, *, public.t, select, allow' });
    const path = join(directory, 'orders.csv');
    await place(path);
    const source = { kind: 'files', directory, byDatabase: {} } as const;
    const loaded = createCasbinDecisionPoint({ source, databases: [{ id: 'orders', legacyWrites: false }] });
    await expect(loaded).rejects.toMatchObject({ message: expect.stringContaining('the policy file cannot be read') });
  },
  10_000,
);
