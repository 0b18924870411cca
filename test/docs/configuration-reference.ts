/** Prints docs/configuration.md from the configuration's schema; what a key means stands there, or behind it in the example. */

import { z } from 'zod';

interface Schema {
  readonly type?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
}

const schemaOf: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    properties: z.record(z.string(), schemaOf).optional(),
    additionalProperties: z.union([z.boolean(), schemaOf]).optional(),
    items: schemaOf.optional(),
    anyOf: z.array(schemaOf).optional(),
    oneOf: z.array(schemaOf).optional(),
  }),
);

/** Comments of the example by dotted path, ids of databases as `*`; one that only lists alternatives is left out. */
function exampleComments(example: string): Map<string, string> {
  const comments = new Map<string, string>();
  const path: { readonly indent: number; readonly name: string }[] = [];
  for (const line of example.split('\n')) {
    const [, space = '', name, comment] = /^(\s*)(?:#: )?([a-z_]+):(?:.*?\s#\s(.*))?/.exec(line) ?? [];
    if (name === undefined) continue;
    while ((path.at(-1)?.indent ?? -1) >= space.length) path.pop();
    path.push({ indent: space.length, name: path.length === 1 && path[0]?.name === 'databases' ? '*' : name });
    const meaning = comment?.replace(/^\| (?=.*:)/, '');
    const key = path.map((step) => step.name).join('.');
    if (meaning !== undefined && !meaning.startsWith('|') && !comments.has(key)) comments.set(key, meaning);
  }
  return comments;
}

/** `{ env }` or `{ file }`. */
const isSecret = ({ anyOf = [] }: Schema) => anyOf.some(({ properties }) => properties?.['env'] !== undefined);

function valuesOf(schema: Schema): string {
  const { type, pattern, format, minimum, maximum, items, anyOf, oneOf, properties } = schema;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (isSecret(schema)) return 'secret';
  const branches = anyOf ?? oneOf;
  if (branches?.every(({ properties }) => properties?.['mode'] !== undefined)) return 'by `mode`';
  if (branches !== undefined) return [...new Set(branches.map(valuesOf))].join(' or ');
  if (properties !== undefined) return `{ ${Object.keys(properties).join(', ')} }`;
  if (type === 'array') return `list of ${items === undefined ? 'values' : valuesOf(items)}`;
  if (pattern?.includes('ms|s|m|h')) return 'duration';
  if (pattern?.includes('KiB|MiB')) return 'size';
  if (format?.startsWith('cidr')) return 'CIDR range';
  if (format === 'uri') return 'URL';
  if (type === 'integer') return maximum !== undefined && maximum < 1e6 ? `${minimum ?? 0}…${maximum}` : 'whole number';
  return type === 'boolean' ? '`true`, `false`' : (type ?? 'value');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const defaultOf = (value: unknown) =>
  value === undefined || JSON.stringify(value) === '{}'
    ? ''
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

interface Row {
  readonly key: string;
  readonly line: string;
}

/** One row a key, what lies inside it after it; a key that several alternatives know has one row. */
function rowsOf(schema: Schema, path: readonly string[], comments: Map<string, string>, shown = ''): Row[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const full = [...path, name].join('.');
    const need = schema.required?.includes(name) ? '**needed**' : defaultOf(inner.default);
    const meaning =
      inner.description ?? comments.get(full) ?? comments.get(full.replace(/^databases\.\*/, 'defaults')) ?? '';
    const key = `${shown}${name}`;
    const row = { key, line: `| \`${key}\` | ${cell(valuesOf(inner))} | ${need} | ${cell(meaning)} |` };
    return isSecret(inner) ? [row] : [row, ...rowsOf(inner, [...path, name], comments, `${key}.`)];
  });
  const branches = [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  const kinds = schema.oneOf?.map(({ properties }) => properties?.['mode']?.const).filter((kind) => kind !== undefined);
  if (kinds !== undefined && kinds.length > 0) return rowsOfKinds(schema, kinds, path, comments, shown);
  const rows = [...own, ...branches.flatMap((branch) => rowsOf(branch, path, comments, shown))];
  return rows.filter((row, at) => rows.findIndex(({ key }) => key === row.key) === at);
}

/** Alternatives told apart by `mode`: one row for it, then the keys of each with the mode they belong to. */
function rowsOfKinds(
  { oneOf = [] }: Schema,
  kinds: readonly unknown[],
  path: readonly string[],
  comments: Map<string, string>,
  shown: string,
): Row[] {
  const values = kinds.map((kind) => `\`${String(kind)}\``).join(', ');
  const mode = {
    key: `${shown}mode`,
    line: `| \`${shown}mode\` | ${values} | **needed** | how callers say who they are |`,
  };
  const inner = oneOf.flatMap((branch, at) =>
    rowsOf(branch, path, comments, shown)
      .filter(({ key }) => key !== mode.key)
      .map(({ key, line }) => ({ key, line: line.replace(`\`${key}\``, `\`${key}\` (${String(kinds[at])})`) })),
  );
  return [mode, ...inner];
}

const table = (rows: readonly Row[]) => [
  '| key | value | default | meaning |',
  '|---|---|---|---|',
  ...rows.map(({ line }) => line),
];

const heading: Record<string, string> = {
  server: 'The HTTP transports, who may reach them, and how callers say who they are.',
  stdio: 'Who calls over stdio: one process, one principal.',
  policy: 'Where policies lie and when a change of them is in force.',
  audit: 'The audit log. There is no key that turns it off.',
  limits:
    'What one call, one principal and one database may use up. The first part holds for every database that says nothing else.',
  pools: 'Connections.',
  log: 'The operational log: JSON lines on stderr, never a record of what callers asked.',
  defaults: 'Merged under every database; a key that does not concern its type is left out there.',
};

const intro = `# Configuration

Printed from the schema that reads the file (\`npm run docs\` writes this page). One YAML file, \`config.yaml\` in the working
directory unless \`--config\` names another. Unknown and malformed keys stop the start, with file, line and key; \`pgwarden
check\` tells all of them at once. Relative paths start at the directory of the file. Durations are \`500ms\`, \`30s\`, \`5m\`,
\`1h\`; sizes are \`64KiB\`, \`1MiB\`, \`1GiB\`. Secrets are references: \`{ env: NAME }\` or \`{ file: PATH }\`; a literal is refused.

[config.example.yaml](../config.example.yaml) is the same as a file to copy from, and
[config.schema.json](../config.schema.json) the same for editors: put
\`# yaml-language-server: $schema=./config.schema.json\` at the top of your file. What a running server does when the file
changes is in [operations.md](operations.md).
`;

export function printConfigurationReference(jsonSchema: unknown, example: string): string {
  const schema = schemaOf.parse(jsonSchema);
  const comments = exampleComments(example);
  const entries = Object.entries(schema.properties ?? {});
  const plain = entries.filter(([, inner]) => inner.properties === undefined && inner.type !== 'object');
  const top = { properties: Object.fromEntries(plain) };
  const sections = entries.filter(([name, inner]) => inner.properties !== undefined && name !== 'databases');
  const databases = schema.properties?.['databases']?.additionalProperties;
  const kinds = typeof databases === 'object' ? (databases.oneOf ?? []) : [];
  return `${[
    intro,
    '## At the top',
    '',
    ...table(rowsOf(top, [], comments)),
    '',
    ...sections.flatMap(([name, inner]) => [
      `## ${name}`,
      '',
      ...(heading[name] === undefined ? [] : [heading[name], '']),
      ...table(rowsOf(inner, [name], comments)),
      '',
    ]),
    ...printDatabases(kinds, comments),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** Keys that all types know stand once, the others under their type. */
function printDatabases(kinds: readonly Schema[], comments: Map<string, string>): string[] {
  const rows = kinds.map((kind) => rowsOf(kind, ['databases', '*'], comments));
  const common = (rows[0] ?? []).filter(({ line }) => rows.every((other) => other.some((row) => row.line === line)));
  const sections = kinds.flatMap((kind, at) => [
    `## databases.*: ${String(kind.properties?.['type']?.const)}`,
    '',
    ...table((rows[at] ?? []).filter(({ key }) => key !== 'type' && !common.some((row) => row.key === key))),
    '',
  ]);
  return [
    '## databases',
    '',
    'By id: 1 to 63 of `a-z 0-9 _ -`, beginning with a letter or digit. The id is what callers name in `database_id`, and',
    'the name of the policy file and of the log directory. These keys every type knows:',
    '',
    ...table(common),
    '',
    ...sections,
  ];
}
