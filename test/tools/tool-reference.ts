/** The reference of all tools in Markdown, printed from the tool table: what a client is shown, for people. */

import { z } from 'zod';
import { listTool } from '../../src/tools/listing.ts';
import type { Tool } from '../../src/tools/tool.ts';

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.string()).optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
  }),
);

interface Schema {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
}

/** Parameters of every tool about a database; told once. */
const shared = ['database_id', 'purpose'];

const intro = `# Tools

Printed from the tool table by \`npm run docs\`; a test compares this page with the table.

Every tool answers with \`structuredContent\`, the same as JSON in the first text block (\`run_query\` and
\`execute_statement\`: the rows alone), and the receipt of its audit record in \`_meta\`. A refusal or failure has \`isError\`
and \`error: { code, message, hint?, position? }\` ([errors](errors.md)). Values are written as [values](values.md) says. Two
parameters are shared by the tools about one database: \`database_id\` (default: the default database) and \`purpose\`
(recorded; some databases ask for it).

TOOLS

## Resources

\`pgwarden://{database}/schema\` lists every relation of a database, \`pgwarden://{database}/{schema}/{relation}\` describes one
(parts are percent-encoded). They are answered by \`list_tables\` and \`get_table_schema\`: the same policy, the same records.
What is hidden is not found, exactly as what is missing. Clients complete databases, schemas and relations from what the caller may read.

## Analysis

The \`analyze_*\` tools, \`identify_slow_queries\` and \`recommend_indexes\` answer alike: \`summary\` (numbers by name),
\`findings\` (the worst first) and \`notes\` (method, error, what is missing); the second text block is the same for reading.
A finding has \`object\`, \`problem\`, \`severity\` (\`critical\`, \`warning\`, \`info\`), \`evidence\` (numbers by name, the unit is
part of the name), \`advice\` and, where there is one, the \`sql\` to do it. **No tool ever runs that SQL.**

What the policy hides is in no finding, count, sum or text: an index or a key is shown when all its columns may be seen, one
with an expression or a condition when the whole table may be, a foreign key when both its ends may be.

| needs | for |
|---|---|
| nothing but the relations themselves | structure, fragmentation, vacuum, query, indexes: numbers about a relation are part of describing it. A deny on the view they come from (\`pg_catalog.pg_stat_all_tables\` …) closes them |
| \`@statistics\` | \`identify_slow_queries\`; in \`analyze_vacuum_stats\` the ages of transactions and slots that hold VACUUM back |
| \`@introspection\` | \`show_postgresql_settings\`: numbers, switches and choices; without it those that tell how a session reads and prints |
| \`select\` on \`**\`, or on \`pg_catalog.pg_settings\` | \`show_postgresql_settings\`: texts, addresses, files. Connection texts, commands and texts of extensions are shown to nobody |

A statement of \`pg_stat_statements\` is shown when it is one SELECT, INSERT, UPDATE, DELETE or MERGE that names nothing the
caller may not see; literals, comments and made-up quoted names never are. The rest is counted as \`withheld\`.

**How bloat is estimated.** Pages a table would fill = rows × (line pointer + header + null bitmap + average widths from
\`pg_stats\`, aligned) ÷ usable page at its fillfactor; B-trees alike. Rows, pages and widths are those of the last ANALYZE. No
table is read. The error is about 10 points for tables and 15 for indexes; relations below 16 pages and those with columns
lacking statistics get no estimate.

**How an index is advised.** From the filters and costs of the plan: a scan whose cost an
index at least halves, reckoned with the server's own cost constants as PostgreSQL's \`cost_index\` does without correlation. That
is an estimate, and the answer says so.

**How it is proven.** Where HypoPG is installed and the policy has a \`call\` rule for
\`hypopg_create_index()\`, \`recommend_indexes\` has the query planned again with each of the first three candidates as a
hypothetical index: \`cost_before\`, \`cost_after\` and \`index_bytes\` are in the evidence, and one the planner would not use
is told as \`index would not help\`. Nothing is run, and the session is thrown away; so not behind a pooler nor over the Data API.
`;

export function printToolReference(tools: readonly Tool[]): string {
  const overview = [
    '| tool | |',
    '|---|---|',
    ...tools.map(({ name, title }) => `| [\`${name}\`](#${name}) | ${title} |`),
  ];
  const page = [intro.replace('TOOLS', overview.join('\n')), ...tools.map(section)];
  return `${page.join('\n').trimEnd()}\n`;
}

function section(tool: Tool): string {
  const { inputSchema, outputSchema } = listTool(tool);
  const input = schema.parse(inputSchema);
  const given = Object.entries(input.properties ?? {}).filter(([name]) => !shared.includes(name));
  const published = schema.parse(outputSchema).properties ?? {};
  const own = Object.keys(tool.output.shape); // `error`, in the place of a result, is told once for all tools
  const result = { properties: Object.fromEntries(Object.entries(published).filter(([name]) => own.includes(name))) };
  const always = Object.entries(tool.output.shape).flatMap(([name, { _zod }]) =>
    _zod.optout === 'optional' ? [] : name,
  );
  return [
    `## ${tool.name}`,
    '',
    tool.description,
    '',
    ...(given.length === 0 ? ['No parameters of its own.', ''] : parameters(given, input.required ?? [])),
    'Answer:',
    '',
    ...fields(result, always, 0),
    '',
  ].join('\n');
}

function parameters(own: readonly (readonly [string, Schema])[], required: readonly string[]): string[] {
  const rows = own.map(([name, { default: standard, ...rest }]) => {
    const need =
      standard !== undefined ? `\`${JSON.stringify(standard)}\`` : required.includes(name) ? 'required' : '–';
    return `| \`${name}\` | ${typeName(rest)}${bounds(rest)} | ${need} | ${cell(rest.description ?? '')} |`;
  });
  return ['| parameter | type | default | |', '|---|---|---|---|', ...rows, ''];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const bounds = ({ minimum, maximum }: Schema): string =>
  minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}…${maximum ?? ''}`;

function typeName({ type, enum: values, items, anyOf }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'array') return `list of ${items === undefined ? 'values' : typeName(items)}`;
  if (anyOf !== undefined) return anyOf.length > 4 ? 'value' : anyOf.map(typeName).join(' or ');
  return type ?? 'value';
}

/** Members of a result, two levels deep: what lies below is told by the names. */
function fields(result: Schema | undefined, always: readonly string[], depth: number): string[] {
  return Object.entries(result?.properties ?? {}).flatMap(([name, field]) => {
    const inner = field.properties === undefined ? field.items : field;
    const optional = depth > 0 || always.includes(name) ? '' : ' (where it applies)';
    const text = field.description === undefined ? '' : `: ${field.description}`;
    const line = `${'  '.repeat(depth)}- \`${name}\` ${typeName(field)}${optional}${text}`;
    return [line, ...(depth < 1 ? fields(inner, always, depth + 1) : [])];
  });
}
