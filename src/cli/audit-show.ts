/** `pgwarden audit show`: everything the log knows of one call. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditedCall, eachCall, type OutcomeRecord, revisionOf, statusOf } from '../audit/calls.ts';
import { printable } from '../audit/record-line.ts';
import { storeDirectory } from '../audit/text-store.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { progressOn, verifiedLine, verifiedOf } from './audit-verified.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export async function auditShow(id: string, options: AuditOptions, deps: CommandDeps): Promise<void> {
  const root = await auditDirectory(options, deps);
  const calls: AuditedCall[] = [];
  const read = await eachCall(
    root,
    { needle: JSON.stringify(id).slice(1, -1), progress: progressOn(deps.terminal) },
    (call) => {
      if (call.intent.call === id || call.intent.cause === id) calls.push(call);
    },
  );
  const verified = verifiedOf(read);
  if (calls.length === 0)
    throw new CommandError(`No record of call ${id} is in the ${verified.records} verified records.`, 1);
  if (options.json === true) deps.terminal.out(JSON.stringify({ verified, calls }, undefined, 2));
  else {
    deps.terminal.out(verifiedLine(verified, calls.length));
    for (const call of calls)
      for (const line of [...describe(call), ...(await policyLines(root, call))]) deps.terminal.out(printable(line));
  }
  await noteReading(root, deps, { verb: 'show', filter: id, matched: calls.length });
  deps.exitWith(verified.code === 3 ? 3 : 0);
}

function describe(call: AuditedCall): readonly string[] {
  const { log, intent, outcome, corrects, lost } = call;
  const { principal, decision, client, sql } = intent;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['status', [statusOf(call), revisionOf(call)].filter((part) => part !== undefined).join('; ')],
    ['when', intent.ts],
    [
      'who',
      principal === undefined
        ? 'unidentified'
        : `${principal.id} (${principal.kind}, ${principal.auth}; roles ${principal.roles.join(', ') || 'none'})`,
    ],
    ['for', principal?.obo],
    ['from', client.addr],
    [
      'client says it is',
      [client.claimed?.name, client.claimed?.ver, client.claimed?.who].filter((part) => part !== undefined).join(' ') ||
        undefined,
    ],
    ['tool', intent.mcp.tool],
    ['purpose', intent.purpose],
    ['because of call', intent.cause],
    ['page', pageOf(call)],
    ['statement', intent.stmt === undefined ? undefined : `${intent.stmt.kind} (${intent.stmt.class})`],
    ['SQL', sql?.text ?? sql?.summary],
    ['SQL hash', sql?.hmac],
    ...(intent.objects ?? []).map(
      ({ s, t, k, acc, cols, via }) =>
        [
          'reached',
          `${acc.join(', ')} ${s}.${t}${columnsOf(cols)} (${k}${via === undefined ? '' : `, through ${via}`})`,
        ] as const,
    ),
    ['decision', `${decision.eff}${decision.code === undefined ? '' : ` ${decision.code}`}`],
    ...(decision.rules ?? []).map((rule) => ['rule', rule] as const),
    [
      'outcome',
      outcome === undefined
        ? undefined
        : `${outcome.st}${outcome.err === undefined ? '' : ` ${outcome.err.code} ${outcome.err.sqlstate ?? ''}`}`,
    ],
    ['before that', corrects === undefined ? undefined : `${corrects.st}${rowsOf(corrects)} (record ${corrects.seq})`],
    ['outcome lost', lost === undefined ? undefined : `${lost.st}, ${lost.why} (record ${lost.seq})`],
    [
      'released',
      outcome?.rows === undefined
        ? undefined
        : `${outcome.rows} rows, ${outcome.bytes ?? 0} bytes${outcome.cut === 'none' ? '' : `, cut by ${outcome.cut}`}`,
    ],
    ['affected', outcome?.affected === undefined ? undefined : `${outcome.affected} rows`],
    ['masked', outcome?.masked?.cols.join(', ')],
    [
      'took',
      outcome?.dur === undefined
        ? undefined
        : `${(outcome.dur.total / 1000).toFixed(1)} ms, of them ${(outcome.dur.audit / 1000).toFixed(1)} ms for the intent`,
    ],
  ];
  const known = facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(18)}${value}`]));
  return [
    '',
    `${log} record ${intent.seq}${outcome === undefined ? '' : ` and ${outcome.seq}`}, call ${intent.call}`,
    ...known,
  ];
}

/** Where the rest of a result was to be kept: which part of it, and which call asked for the first. */
function pageOf({ intent: { page, cause } }: AuditedCall): string | undefined {
  if (page === undefined) return undefined;
  return cause === undefined ? `${page}, the first of its result` : `${page} of the result of call ${cause}`;
}

/** What a corrected outcome said was released. */
function rowsOf({ rows, affected }: OutcomeRecord): string {
  if (rows === undefined) return affected === undefined ? '' : `, ${affected} rows affected`;
  return `, ${rows} rows`;
}

function columnsOf(cols: readonly string[] | '*' | undefined): string {
  if (cols === undefined || cols === '*') return cols === '*' ? ' (all columns)' : '';
  return cols.length === 0 ? '' : ` (${cols.join(', ')})`;
}

/** The lines of the policy in force that the decision names, so that they can be read where they stood. */
async function policyLines(root: string, { intent }: AuditedCall): Promise<readonly string[]> {
  const { policy, rules = [] } = intent.decision;
  if (policy === undefined || !/^[0-9a-f]{64}$/.test(policy)) return [];
  const text = await readFile(join(storeDirectory(root), policy), 'utf8').catch(() => undefined);
  if (text === undefined) return [`  ${'policy'.padEnd(18)}${policy} (its text is not in this directory)`];
  const normal = (line: string) => line.replaceAll(/\s+/g, '');
  const named = new Set(rules.map(normal));
  const lines = text.split('\n').flatMap((line, i) => (named.has(normal(line)) ? [`line ${i + 1}`] : []));
  return [`  ${'policy'.padEnd(18)}${policy}${lines.length === 0 ? '' : `, ${lines.join(', ')}`}`];
}
