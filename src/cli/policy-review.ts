/** `pgwarden policy review` and `policy who`: who may do what, for people who must answer for it. */

import { csvLine } from '../audit/csv.ts';
import type { Config } from '../config/config.ts';
import { createCallId } from '../model/call-id.ts';
import type { Database } from '../model/database.ts';
import { systemPrincipal } from '../model/principal.ts';
import type { ColumnAnswer, Grant } from '../policy/review.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { aligned } from './layout.ts';
import { createCommandLog } from './log.ts';
import { createPaint } from './paint.ts';

export interface ReviewOptions {
  readonly config?: string;
  readonly database?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

export interface WhoOptions extends ReviewOptions {
  readonly column: string;
}

/** Reads each database's catalog, so that wildcards become relations and relations become columns. */
export async function policyReview(options: ReviewOptions, deps: CommandDeps): Promise<void> {
  const config = await deps.loadConfig(options.config);
  const databases = chosen(config, options.database);
  const { everyone, review } = await import('../policy/review.ts');
  const policies = await policiesOf(config);
  const parts = await deps.compose(config, createCommandLog(config.log.level, deps.terminal));
  try {
    const grants: Grant[] = [];
    for (const database of databases) {
      const call = {
        id: createCallId(),
        tool: 'policy review',
        principal: systemPrincipal,
        client: {},
        transport: 'internal',
      } as const;
      const catalog = await parts.catalogs.current(database, call);
      const policy = policies.of(database.id);
      grants.push(...review(database.id, everyone(policies.enforcer, policy, database.id), policy, catalog));
    }
    print(
      grants.map(grantRow),
      ['database', 'principal', 'roles', 'action', 'resource', 'columns', 'masked', 'rules'],
      grants,
      options,
      deps,
    );
  } finally {
    await parts.close();
  }
}

/** By the rules alone; connects to nothing. */
export async function policyWho(options: WhoOptions, deps: CommandDeps): Promise<void> {
  const { readPattern } = await import('../policy/resource.ts');
  const reading = readPattern(options.column);
  if (!reading.ok || reading.pattern.kind !== 'column')
    throw new CommandError(`"${options.column}" names no column.`, 2, 'Write schema.relation.column.');
  const { schema, relation, column: name } = reading.pattern;
  const config = await deps.loadConfig(options.config);
  const { everyone, whoReads } = await import('../policy/review.ts');
  const policies = await policiesOf(config);
  const answers = chosen(config, options.database).flatMap(({ id }) =>
    whoReads(id, everyone(policies.enforcer, policies.of(id), id), { schema, relation, name }),
  );
  print(answers.map(answerRow), ['database', 'principal', 'roles', 'masked', 'rule'], answers, options, deps);
}

function chosen({ databases }: Config, id: string | undefined): readonly Database[] {
  const found = id === undefined ? databases : databases.filter((database) => database.id === id);
  if (found.length === 0)
    throw new CommandError(
      `there is no database ${id ?? ''} in the configuration.`,
      2,
      `Configured: ${databases.map((database) => database.id).join(', ')}.`,
    );
  return found;
}

async function policiesOf({ policy, databases }: Config) {
  if (policy.kind !== 'files')
    throw new CommandError(
      'old single-database flags have a built-in policy: the local principal may read everything.',
      2,
      'Run `pgwarden migrate` and write a policy.',
    );
  const [{ readPolicies }, { createEnforcer }] = await Promise.all([
    import('../policy/policy-directory.ts'),
    import('../policy/casbin-enforcer.ts'),
  ]);
  const read = await readPolicies(
    policy,
    databases.map(({ id }) => id),
  );
  const enforcer = await createEnforcer();
  return {
    enforcer,
    of(id: string) {
      const found = read.get(id);
      if (found === undefined) throw new CommandError(`there is no policy for ${id}.`, 2);
      return found;
    },
  };
}

const grantRow = (grant: Grant) => [
  grant.database,
  grant.principal,
  grant.roles.join(' '),
  grant.action,
  grant.resource,
  grant.columns === 'all' ? '*' : grant.columns.join(' '),
  grant.masked.join(' '),
  grant.rules.join(' | '),
];

const answerRow = (answer: ColumnAnswer) => [
  answer.database,
  answer.principal,
  answer.roles.join(' '),
  answer.masked ? 'masked' : '',
  answer.rule,
];

function print(
  rows: readonly (readonly string[])[],
  head: readonly string[],
  data: unknown,
  { csv, json }: ReviewOptions,
  { terminal }: CommandDeps,
): void {
  if (json === true) terminal.out(JSON.stringify(data, undefined, 2));
  else if (csv === true) terminal.out([head, ...rows].map(csvLine).join('').trimEnd());
  else if (rows.length === 0) terminal.out('nobody');
  else {
    const [names = '', ...lines] = aligned([head, ...rows]).split('\n');
    terminal.out([createPaint(terminal.interactive).bold(names), ...lines].join('\n'));
  }
}
