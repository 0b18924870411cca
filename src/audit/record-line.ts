/** One record as one line for people; what came from outside can neither break the line nor colour it. */

import type { LogRecord } from './records.ts';

const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Makes text harmless for a terminal: log lines hold what callers wrote. */
export function printable(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/** `time  log  what happened`, with denials marked by their first word. */
export function recordLine(log: string, record: LogRecord): string {
  return printable(`${record.ts}  ${log}#${record.seq}  ${describe(record)}`);
}

function describe(record: LogRecord): string {
  switch (record.type) {
    case 'intent':
      return describeIntent(record);
    case 'outcome':
      return describeOutcome(record);
    case 'config':
      return `CONFIG ${record.what} ${record.name} ${record.new_sha256?.slice(0, 12) ?? ''} by ${record.by}${record.refused === undefined ? '' : ` REFUSED: ${record.refused}`}`;
    case 'precommit':
      return `PRECOMMIT transaction ${record.xid}${record.affected === undefined ? '' : `  ${record.affected} affected`}  of #${record.iseq}  [${record.call}]`;
    case 'retired':
      return `RETIRED ${record.file}: records ${record.first} to ${record.last}, kept ${record.keep_days} days after ${record.until} (${record.reason})`;
    case 'recover':
      return `RECOVER after ${record.why}: ${record.orphans.length} calls without outcome, ${record.torn_bytes} bytes set aside`;
    case 'genesis':
      return `GENESIS ${record.origin}`;
    default:
      return record.type.toUpperCase();
  }
}

function describeIntent({
  decision,
  principal,
  mcp,
  stmt,
  objects,
  sql,
  call,
  final,
}: Extract<LogRecord, { type: 'intent' }>): string {
  const verdict = final === true ? `DENY ${decision.code ?? ''}` : 'ALLOW';
  const who =
    principal === undefined
      ? 'unidentified'
      : principal.obo === undefined
        ? principal.id
        : `${principal.id} for ${principal.obo}`;
  const names = (objects ?? []).slice(0, 4).map(({ s, t }) => `${s}.${t}`);
  const what = sql?.text ?? sql?.summary ?? [stmt?.fixed ?? stmt?.kind ?? '', ...names].join(' ');
  return `${verdict}  ${who}  ${mcp.tool}  ${what.length > 160 ? `${what.slice(0, 159)}…` : what}  [${call}]`;
}

function describeOutcome({
  st,
  why,
  amends,
  err,
  rows,
  affected,
  cut,
  dur,
  iseq,
  call,
}: Extract<LogRecord, { type: 'outcome' }>): string {
  const parts = [
    st.toUpperCase(),
    why,
    amends === undefined ? undefined : `corrects #${amends}`,
    err === undefined ? undefined : `${err.code}${err.sqlstate === undefined ? '' : ` ${err.sqlstate}`}`,
    rows === undefined ? undefined : `${rows} rows${cut === undefined || cut === 'none' ? '' : ' (cut)'}`,
    affected === undefined ? undefined : `${affected} affected`,
    dur === undefined ? undefined : `${(dur.total / 1000).toFixed(1)} ms`,
    `of #${iseq}`,
    `[${call}]`,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}
