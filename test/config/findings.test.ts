/** What stops the start, and that it is told with file, line, key and a way out. */

import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/findings.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { configOf, embedded, findingsOf } from './written-config.ts';

const orders = (more: string) =>
  `databases:\n  orders:\n    type: direct_postgres\n    hostname: db.internal\n    database: orders\n${more}`;

/** [what is wrong, the file, line, key, part of message or hint] */
const mistakes: readonly (readonly [string, string, number, string, string])[] = [
  ['an unknown key at the top', `auditt: {}\n${embedded}`, 1, 'auditt', 'Did you mean audit?'],
  [
    'an unknown key of a database',
    orders('    read_only: true\n'),
    6,
    'databases.orders.read_only',
    'Did you mean readonly?',
  ],
  ['a key of another type', orders('    resource_arn: x\n'), 6, 'databases.orders.resource_arn', 'is not a known key'],
  [
    'an unknown key deep inside',
    orders('    limits:\n      max_row: 5\n'),
    7,
    'databases.orders.limits.max_row',
    'max_rows',
  ],
  ['readonly: yes', orders('    readonly: yes\n'), 6, 'databases.orders.readonly', 'true or false'],
  ['a quoted boolean', orders('    readonly: "false"\n'), 6, 'databases.orders.readonly', 'true or false'],
  ['a literal password', orders('    password: hunter2\n'), 6, 'databases.orders.password', '{ env: NAME }'],
  ['a literal key of the audit log', `audit: { hmac_key: hunter2 }\n${embedded}`, 1, 'audit.hmac_key', '{ env: NAME }'],
  ['a collector that is no URL', `tracing: { otlp: collector }\n${embedded}`, 1, 'tracing.otlp', 'http or https URL'],
  [
    'a collector with a password',
    `tracing: { otlp: "http://u:p@collector/v1/traces" }\n${embedded}`,
    1,
    'tracing.otlp',
    'no user or password',
  ],
  ['traces of more than all', `tracing: { otlp: "http://c/", sample: 2 }\n${embedded}`, 1, 'tracing.sample', '1'],
  ['a duration without unit', `limits:\n  statement_timeout: 30\n${embedded}`, 2, 'limits.statement_timeout', '30s'],
  ['a duration of zero', `limits:\n  statement_timeout: 0s\n${embedded}`, 2, 'limits.statement_timeout', '30s'],
  ['a size without unit', `limits:\n  max_bytes: 1M\n${embedded}`, 2, 'limits.max_bytes', '1MiB'],
  [
    'a database without type',
    'databases:\n  x:\n    database: y\n',
    2,
    'databases.x.type',
    'direct_postgres, rds_data_api, embedded',
  ],
  [
    'a database without host',
    'databases:\n  x:\n    type: direct_postgres\n    database: y\n',
    2,
    'databases.x.hostname',
    'is required',
  ],
  ['an upper-case id', 'databases:\n  Orders:\n    type: embedded\n', 2, 'databases.Orders', 'a-z 0-9'],
  [
    'an id that would leave the log directory',
    'databases:\n  ../x:\n    type: embedded\n',
    2,
    'databases.../x',
    'a-z 0-9',
  ],
  [
    '"$user" in the search path',
    orders('    search_path: [public, $user]\n'),
    6,
    'databases.orders.search_path.1',
    '$user',
  ],
  [
    'pg_temp in the search path',
    orders('    search_path: [pg_temp, public]\n'),
    6,
    'databases.orders.search_path.0',
    'pg_temp',
  ],
  [
    'aliases that multiply',
    `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdef'.replace(/./g, (name) => {
      const inner = String.fromCharCode(name.charCodeAt(0) - 1);
      return `${name}: &${name} [${`*${inner}, `.repeat(9)}*${inner}]\n`;
    })}`,
    1,
    'YAML',
    'aliases',
  ],
  ['two credentials', orders('    password: { env: A }\n    auth: iam\n'), 7, 'databases.orders.auth', 'Keep one'],
  [
    'a default database that is not there',
    `default_database: sampel\n${embedded}`,
    1,
    'default_database',
    'Did you mean sample?',
  ],
  ['no database', 'server: {}\n', 1, 'databases', 'no database'],
  ['a duplicate key', `${embedded}  sample:\n    type: embedded\n`, 4, 'YAML', 'unique'],
  ['broken YAML', 'databases: [\n', 2, 'YAML', ''],
  ['hmac without a key', `audit:\n  sql: hmac\n${embedded}`, 2, 'audit.sql', 'hmac_key'],
  ['an audit log switched off', `audit: off\n${embedded}`, 1, 'audit', 'mapping'],
  ['an address without port', `server:\n  listen: localhost\n${embedded}`, 2, 'server.listen', 'HOST:PORT'],
  ['a principal with a comma', `stdio: { principal: "a,b" }\n${embedded}`, 1, 'stdio.principal', 'no comma'],
  [
    'a short API key hash',
    `server:\n  auth:\n    mode: api_key\n    keys:\n      - { principal: a, sha256: abc }\n${embedded}`,
    5,
    'server.auth.keys.0.sha256',
    '64',
  ],
  [
    'an ARN of another service',
    `databases:\n  x:\n    type: rds_data_api\n    resource_arn: arn:aws:s3:::bucket\n    secret_arn: arn:aws:secretsmanager:r:a:secret:x\n    database: d\n`,
    4,
    'databases.x.resource_arn',
    'RDS',
  ],
];

test.each(mistakes)('%s stops the start', (_name, text, line, key, told) => {
  const findings = findingsOf(() => configOf(text));
  const finding = findings.find((one) => one.key === key);
  expect(findings.map((one) => one.key)).toContain(key);
  expect(finding).toMatchObject({ severity: 'error', line, file: expect.stringMatching(/config\.yaml$/) });
  expect(`${finding?.message} ${finding?.hint}`).toContain(told);
});

test('no API key at all loads, for the last one may have been revoked, and says that nobody can call', () => {
  const { warnings } = configOf(`server:\n  auth:\n    mode: api_key\n    keys: []\n${embedded}`);
  expect(warnings).toMatchObject([
    { severity: 'warning', line: 4, key: 'server.auth.keys', message: expect.stringContaining('nobody can call') },
  ]);
});

test('everything wrong is told at once', () => {
  const findings = findingsOf(() => configOf(`servr: {}\nlimits: { max_rows: many }\n${orders('    readonly: 1\n')}`));
  expect(findings.map(({ key }) => key).sort()).toEqual(['databases.orders.readonly', 'limits.max_rows', 'servr']);
});

test('a secret written into the file is not repeated in the message', () => {
  const load = () => configOf(orders('    password: hunter2-secret\n'));
  expect(load).toThrow(ConfigError);
  expect(JSON.stringify(findingsOf(load))).not.toContain('hunter2');
});

test('what is wrong in an included file names that file', () => {
  const load = () =>
    configOf(`include: more/*.yaml\n${embedded}`, { 'more/a.yaml': 'databases:\n  a:\n    typ: embedded\n' });
  expect(findingsOf(load)[0]).toMatchObject({
    file: expect.stringMatching(/more\/a\.yaml$/),
    line: 2,
    key: 'databases.a.type',
  });
});

test('an id configured in two files is told with both', () => {
  const [finding] = findingsOf(() => configOf(`include: more.yaml\n${embedded}`, { 'more.yaml': embedded }));
  expect(finding).toMatchObject({ file: expect.stringMatching(/more\.yaml$/), line: 2, key: 'databases.sample' });
  expect(finding?.message).toMatch(/config\.yaml already/);
});

test('a file that is not there is an error with the way to one', () => {
  expect(findingsOf(() => loadConfig('/nowhere/config.yaml', {}))).toMatchObject([
    { message: 'there is no such file', hint: expect.stringContaining('--config') },
  ]);
});

test('an address that others reach needs authentication; the message prints the line to add', () => {
  const findings = findingsOf(() =>
    configOf(`server:\n  listen: 0.0.0.0:8000\n  tls: terminated_upstream\n${embedded}`),
  );
  expect(findings).toMatchObject([
    { line: 2, key: 'server.listen', hint: expect.stringContaining('auth: { mode: api_key') },
  ]);
});

test('an address that others reach needs to say how it is encrypted', () => {
  const auth = `auth: { mode: api_key, keys: [{ principal: a, sha256: ${'ab'.repeat(32)} }] }`;
  const findings = findingsOf(() => configOf(`server:\n  listen: 0.0.0.0:8000\n  ${auth}\n${embedded}`));
  expect(findings).toMatchObject([{ key: 'server.listen', hint: expect.stringContaining('tls: terminated_upstream') }]);
  const behindProxy = configOf(`server:\n  listen: 0.0.0.0:8000\n  tls: terminated_upstream\n  ${auth}\n${embedded}`);
  expect(behindProxy.server.listen.host).toBe('0.0.0.0');
});

test('clients can only show certificates where somebody is said to sign them', () => {
  const wrong = findingsOf(() => configOf(`server: { auth: { mode: client_certificate } }\n${embedded}`));
  expect(wrong).toMatchObject([{ key: 'server.auth.mode', hint: expect.stringContaining('client_ca') }]);
  const tls = 'tls: { cert: c.pem, key: k.pem, client_ca: ca.pem }';
  const right = configOf(`server: { ${tls}, auth: { mode: client_certificate } }\n${embedded}`);
  expect(right.server.auth).toEqual({ mode: 'client_certificate', principalFrom: 'common_name' });
});

test.each(['127.0.0.1:0', '[::1]:8000', 'localhost:8000', '127.9.9.9:1'])(
  '%s is loopback and needs no authentication',
  (listen) => {
    expect(configOf(`server: { listen: "${listen}" }\n${embedded}`).server.auth.mode).toBe('none');
  },
);

const shipped = (more: string) =>
  `audit: { ship: { to: s3, bucket: evidence, region: eu-central-1 }, ${more} }\n${embedded}`;

test('a copy that is required needs a place to be shipped to, in less time than is allowed', () => {
  const nowhere = findingsOf(() => configOf(`audit: { require_shipped_within: 15m }\n${embedded}`));
  expect(nowhere).toMatchObject([{ key: 'audit.require_shipped_within', hint: expect.stringContaining('ship:') }]);
  const tooSoon = findingsOf(() => configOf(shipped('require_shipped_within: 64s')));
  expect(tooSoon).toMatchObject([
    { key: 'audit.require_shipped_within', message: 'must be at least 5s longer than ship.every' },
  ]);
  expect(configOf(shipped('require_shipped_within: 65s')).audit.requireShippedWithin).toBe(65_000);
});

test('a copy is kept as long as the log, in compliance mode, under a name without anything secret', () => {
  expect(configOf(shipped('keep_days: 700')).audit.ship).toMatchObject({
    name: 's3://evidence/pgwarden/',
    lock: 'compliance',
    keepDays: 700,
    every: 60_000,
  });
});

test.each([
  ['a bucket that is none', 'bucket: UPPER', 'audit.ship.bucket'],
  ['a prefix that does not end in a slash', 'bucket: evidence, prefix: logs', 'audit.ship.prefix'],
  ['a prefix that climbs', 'bucket: evidence, prefix: "../"', 'audit.ship.prefix'],
  ['a lock that is none', 'bucket: evidence, lock: none', 'audit.ship.lock'],
])('%s stops the start', (_name, text, key) => {
  const findings = findingsOf(() => configOf(`audit: { ship: { to: s3, region: eu-west-1, ${text} } }\n${embedded}`));
  expect(findings).toMatchObject([{ key }]);
});

const bucket = 'ship: { to: s3, bucket: evidence, region: eu-central-1 }';

test.each([
  ['audit: { keep_days: 400 }', 'audit.keep_days'],
  ['audit: { hot_days: 30 }', 'audit.hot_days'],
  ['audit: { hot_days: 30, expired: remove }', 'audit.hot_days'],
  [`audit: { hot_days: 30, ${bucket} }`, 'audit.hot_days'],
])('%s loads, and says that the key has no effect', (text, key) => {
  expect(configOf(`${text}\n${embedded}`).warnings).toMatchObject([{ key, line: 1, severity: 'warning' }]);
});

test('hot_days with a copy elsewhere is in effect, and the copy must be kept as long as the log', () => {
  expect(configOf(shipped('hot_days: 30, expired: remove')).warnings).toEqual([]);
  const short = `audit: { expired: remove, ${bucket.replace(' }', ', keep_days: 100 }')} }`;
  const findings = findingsOf(() => configOf(`${short}\n${embedded}`));
  expect(findings).toMatchObject([{ key: 'audit.ship.keep_days', message: expect.stringContaining('365') }]);
  expect(configOf(`${short.replace('expired: remove', 'expired: keep')}\n${embedded}`).audit.ship?.keepDays).toBe(100);
});

/** Passwords that YAML reads as something else than text. */
const literals = [
  'S3kr3t',
  '!S3kr3t',
  '!S3kr3t!x',
  '!<S3kr3t',
  '!!S3kr3t x',
  '|S3kr3t',
  '>S3kr3t',
  '*S3kr3t',
  '&S3kr3t x',
  '{S3kr3t}',
  '{S3kr3t',
  '[S3kr3t]',
  '"\\xS3kr3t"',
  '"S3\\kr3t"',
  '@S3kr3t',
  'a: S3kr3t',
  '"a" S3kr3t',
];

test.each(literals)('a password that was written out is told nowhere: %s', (literal) => {
  for (const text of [
    orders(`    password: ${literal}\n`),
    `audit: { hmac_key: x }\n${orders('')}password: ${literal}\n`,
  ]) {
    const findings = findingsOf(() => configOf(text));
    expect(findings.length).toBeGreaterThan(0);
    expect(`${JSON.stringify(findings)}${new ConfigError(findings).message}`).not.toMatch(/S3|kr3t/);
  }
});
