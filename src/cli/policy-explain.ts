/** `pgwarden policy explain`: the corridor up to the decision, printed; never executes. */

import { createCallId } from '../model/call-id.ts';
import type { Database } from '../model/database.ts';
import { isPrincipalId } from '../model/principal.ts';
import { noParameters, type QueryRequest } from '../model/request.ts';
import type { Explanation, Walked } from '../policy/explain.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { createCommandLog } from './log.ts';
import { createPaint, type Paint } from './paint.ts';

export interface ExplainOptions {
  readonly config?: string;
  readonly database: string;
  readonly principal: string;
  readonly role?: readonly string[];
  readonly sql: string;
  readonly json?: boolean;
}

/** Ends with 0 on permit and 1 on deny. Throws CommandError with 2 for what is not configured. */
export async function policyExplain(options: ExplainOptions, deps: CommandDeps): Promise<void> {
  if (!isPrincipalId(options.principal))
    throw new CommandError(
      `"${options.principal}" cannot be a principal.`,
      2,
      'An id holds no comma and no line break, and is not *.',
    );
  const config = await deps.loadConfig(options.config);
  const parts = await deps.compose(config, createCommandLog(config.log.level, deps.terminal));
  try {
    const database = findDatabase(parts, options.database);
    const [{ rehearse }, { explain }] = await Promise.all([
      import('../policy/rehearse.ts'),
      import('../policy/explain.ts'),
    ]);
    const walked = await rehearse(parts, explainRequest(options), database, 'operator');
    const explanation = explain(walked);
    deps.terminal.out(
      options.json === true
        ? JSON.stringify(explanation, undefined, 2)
        : printed(explanation, walked, createPaint(deps.terminal.interactive)).join('\n'),
    );
    deps.exitWith(explanation.decision === 'permit' ? 0 : 1);
  } finally {
    await parts.close();
  }
}

export function findDatabase({ databases }: Pick<Parts, 'databases'>, id: string): Database {
  const all = databases.all();
  const found = all.find((database) => database.id === id);
  if (found !== undefined) return found;
  throw new CommandError(
    `there is no database ${id} in the configuration.`,
    2,
    `Configured: ${all.map((database) => database.id).join(', ')}.`,
  );
}

/** The question of a caller who is not there: nothing here was authenticated, and nothing of it can run. */
export function explainRequest(
  { database, principal, role = [], sql }: Pick<ExplainOptions, 'database' | 'principal' | 'role' | 'sql'>,
  intent: QueryRequest['intent'] = 'read',
): QueryRequest {
  return {
    call: {
      id: createCallId(),
      tool: 'policy explain',
      principal: { id: principal, kind: 'human', auth: 'none', roles: role },
      client: {},
      transport: 'internal',
    },
    databaseId: database,
    action: 'select',
    statement: { from: 'caller', sql, parameters: noParameters },
    intent,
  };
}

function printed(
  { decision, code, relations, functions, rules, denied, class: kind }: Explanation,
  { decision: answer }: Walked,
  { bold, green, red }: Paint,
): string[] {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [bold(`${title}:`), ...lines.map((line) => `  ${line}`)];
  const limits = answer?.obligations.limits;
  return [
    `${decision === 'permit' ? green(decision) : red(decision)}${code === null ? '' : ` (${code})`}${kind === null ? '' : `, statement class ${kind}`}`,
    ...list(
      'because',
      denied.map(
        ({ message, hint, position }) =>
          `${message}${position === null ? '' : ` (position ${position})`}${hint === null ? '' : ` ${hint}`}`,
      ),
    ),
    ...list(
      'relations',
      relations.map(
        ({ schema, name, kind: what, columns, access }) =>
          `${access} ${schema === null ? name : `${schema}.${name}`} (${what ?? 'unknown'}): ${columns.length === 0 ? 'no column named' : columns.join(', ')}`,
      ),
    ),
    ...list(
      'functions',
      functions.map(({ schema, name, args }) => `${schema === null ? name : `${schema}.${name}`}(${args.join(', ')})`),
    ),
    ...list('rules', rules),
    ...list('masks', answer?.obligations.masks.map(({ column, kind: how }) => `${column}: ${how}`) ?? []),
    ...(limits === undefined || decision === 'deny'
      ? []
      : [`${bold('limits:')} ${limits.maxRows} rows, ${limits.maxBytes} bytes, ${limits.statementTimeout} ms`]),
  ];
}
