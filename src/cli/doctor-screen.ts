/** One examination as a table for a terminal: the facts first, then the findings, the worst on top. */

import type { PostureFinding } from '../policy/posture.ts';
import type { Examination } from './doctor-examine.ts';
import { awsLine } from './doctor-reach.ts';

const label = { bad: 'BAD', warning: 'warning', note: 'note' } as const;
const width = 10;

/** No line feed at the end. */
export function screen(examination: Examination): string {
  const { id, type, readonly, status, error } = examination;
  const head = `${id}  (${type}, ${readonly ? 'read' : 'read and write'})`;
  if (status === 'disabled') return [head, line('state', 'switched off in the configuration')].join('\n');
  const cloud = examination.aws === undefined ? [] : [line('aws', awsLine(examination.aws))];
  const findings = examination.findings.flatMap(findingLines);
  if (error !== undefined)
    return [head, ...cloud, line('BAD', `${error.code}: ${error.message}`), ...findings].join('\n');
  const facts = [...factLines(examination), ...cloud];
  return [head, ...facts, ...(findings.length === 0 ? [line('ok', 'nothing to say')] : findings)].join('\n');
}

const line = (word: string, text: string): string => `  ${word.padEnd(width)}${text}`;

function factLines({ server, tls, role, type }: Examination): readonly string[] {
  if (server === undefined || tls === undefined) return [];
  const standby = server.in_recovery ? ', a standby' : '';
  const link = type === 'embedded' ? 'none: inside this process' : tls.encrypted ? 'encrypted' : 'not encrypted';
  return [
    line('server', `PostgreSQL ${server.version}${standby}`),
    line('latency', `${server.latency_ms} ms, first connection ${server.connect_ms} ms`),
    line('tls', tls.mode === null ? link : `${link} (ssl: ${tls.mode})`),
    line('role', role ?? ''),
  ];
}

function findingLines({ severity, code, message, hint, items, total }: PostureFinding): readonly string[] {
  const inner = ' '.repeat(width + 4);
  const more = total > items.length ? [`${inner}… and ${total - items.length} more`] : [];
  return [line(label[severity], `${code}: ${message} ${hint}`), ...items.map((item) => `${inner}${item}`), ...more];
}
