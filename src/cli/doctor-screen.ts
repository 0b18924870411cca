/** One examination as a table for a terminal: the facts first, then the findings, the worst on top. */

import type { PostureFinding } from '../policy/posture.ts';
import type { Terminal } from './deps.ts';
import type { Examination } from './doctor-examine.ts';
import { awsLine } from './doctor-reach.ts';
import { folded } from './layout.ts';
import { createPaint } from './paint.ts';

const label = { bad: 'BAD', warning: 'warning', note: 'note' } as const;
const width = 10;

type Eye = Pick<Terminal, 'interactive' | 'width'>;

/** No line feed at the end. */
export function screen(examination: Examination, eye: Eye): string {
  const { id, type, readonly, status, error } = examination;
  const { bold, green } = createPaint(eye.interactive);
  const line = lineFor(eye);
  const head = `${bold(id)}  (${type}, ${readonly ? 'read' : 'read and write'})`;
  if (status === 'disabled') return [head, line('state', 'switched off in the configuration')].join('\n');
  const cloud = examination.aws === undefined ? [] : [line('aws', awsLine(examination.aws))];
  const findings = examination.findings.flatMap((finding) => findingLines(finding, eye));
  if (error !== undefined) return [head, ...cloud, failureLine(error, eye), ...findings].join('\n');
  const facts = [...factLines(examination, line), ...cloud];
  return [head, ...facts, ...(findings.length === 0 ? [line('ok', 'nothing to say', green)] : findings)].join('\n');
}

/** One word and what there is to it, folded below its own column where somebody looks. */
const lineFor =
  ({ interactive, width: columns }: Eye) =>
  (word: string, text: string, brush = (plain: string) => plain): string =>
    `  ${brush(word)}${' '.repeat(Math.max(1, width - word.length))}${interactive ? folded(text, width + 2, columns) : text}`;

function failureLine({ code, message, hint }: NonNullable<Examination['error']>, eye: Eye): string {
  const { red } = createPaint(eye.interactive);
  const next = hint ?? (code === 'BACKEND_UNAVAILABLE' ? 'Look at hostname, port, network and credentials.' : '');
  return lineFor(eye)('BAD', `${code}: ${message} ${next}`.trimEnd(), red);
}

function factLines({ server, tls, role, type }: Examination, line: ReturnType<typeof lineFor>): readonly string[] {
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

function findingLines({ severity, code, message, hint, items, total }: PostureFinding, eye: Eye): readonly string[] {
  const { red, yellow, dim } = createPaint(eye.interactive);
  const brush = { bad: red, warning: yellow, note: dim }[severity];
  const line = lineFor(eye);
  const more = total > items.length ? [`… and ${total - items.length} more`] : [];
  const inner = width + 4;
  const itemLine = (item: string) => `${' '.repeat(inner)}${eye.interactive ? folded(item, inner, eye.width) : item}`;
  return [line(label[severity], `${code}: ${message} ${hint}`, brush), ...[...items, ...more].map(itemLine)];
}
