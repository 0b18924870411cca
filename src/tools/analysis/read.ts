/** Asks the fixed texts of the analyses, page by page, down the corridor. */

import { z } from 'zod';
import type { Answer } from '../../broker/answer.ts';
import { analysisPage } from '../../catalog/analysis-statements.ts';
import type { FixedName } from '../../catalog/fixed-statements.ts';
import { noParameters } from '../../model/request.ts';
import type { Receipt } from '../../model/result.ts';
import { rowObjects } from '../rows.ts';
import type { Invocation, ToolParts } from '../tool.ts';

/** Every value is text, so that the numbers are the same on every backend. */
export const count = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number);
export const real = z
  .string()
  .regex(/^-?[\d.]+(e[+-]?\d+)?$/i)
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const names = z
  .string()
  .nullable()
  .transform((text) => z.array(z.string()).parse(JSON.parse(text ?? '[]')));

/** Pages of one text at most: more relations than this are said to be left out. */
const maxPages = 30;

export interface Read<Row> {
  readonly rows: readonly Row[];
  readonly receipt: Receipt;
  /** Whether there was more than the pages that may be read. */
  readonly cut: boolean;
}

export interface Question {
  readonly parts: ToolParts;
  readonly databaseId: string | undefined;
  readonly invocation: Invocation;
}

/** One answer of a text without parameters. Throws BrokerError. */
export async function readOnce<Row extends z.ZodType>(
  question: Question,
  name: FixedName,
  row: Row,
): Promise<Read<z.output<Row>>> {
  const answer = await ask(question, name, undefined);
  return { rows: parse(answer, row), receipt: answer.receipt, cut: answer.cut !== 'none' };
}

/** All pages of a text whose one parameter is the last OID seen, and whose rows carry it as `oid`. Throws BrokerError. */
export async function readPages<Row extends z.ZodType<{ readonly oid: number }>>(
  question: Question,
  name: FixedName,
  row: Row,
): Promise<Read<z.output<Row>>> {
  const rows: z.output<Row>[] = [];
  for (let page = 1; ; page++) {
    const answer = await ask(question, name, String(rows.at(-1)?.oid ?? 0));
    const found = parse(answer, row);
    rows.push(...found);
    const isLast = answer.cut === 'none' ? found.length < analysisPage : found.length === 0;
    if (isLast || page === maxPages) return { rows, receipt: answer.receipt, cut: !isLast };
  }
}

function ask({ parts, databaseId, invocation }: Question, name: FixedName, after: string | undefined): Promise<Answer> {
  const { call, signal } = invocation;
  const parameters =
    after === undefined ? noParameters : ({ style: 'positional', values: [{ value: after }] } as const);
  const statement = { from: 'fixed', name, parameters } as const;
  return parts.broker.run({ call, databaseId, action: 'describe', statement, intent: 'read' }, signal);
}

function parse<Row extends z.ZodType>({ columns, rows }: Answer, row: Row): z.output<Row>[] {
  const objects = rowObjects(
    columns.map((column) => column.name),
    rows,
  );
  return z.array(row).parse(objects);
}
