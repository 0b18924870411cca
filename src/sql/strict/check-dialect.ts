/** The strict dialect: a second, independent reader must see the same statement, or it is refused. */

import { Refusal } from '../../model/errors.ts';
import type { Principal } from '../../model/principal.ts';
import { scan } from '../parser.ts';
import { readInThread } from '../reader/reader-thread.ts';
import type { StatementClass, Tree } from '../statement.ts';
import { firstDifference, isNames, namesInTree } from './names.ts';

/** Bytes of SQL, comments removed. The second reader can need seconds for 10 KiB. */
export const maxStrictBytes = 4096;
/** Milliseconds; its median is below 4. */
const deadline = 250;

/**
 * Asks the second reader about the text without its comments (PostgreSQL's own lexer removes them: a comment can blind the
 * second reader). STATEMENT_TOO_COMPLEX where it cannot read the text, or where both readings differ.
 */
export async function checkDialect(
  sql: string,
  tree: Tree,
  statementClass: StatementClass,
  principal: Principal,
): Promise<void> {
  const plain = await withoutComments(sql);
  if (Buffer.byteLength(plain, 'utf8') > maxStrictBytes)
    throw refusal(
      `The statement is longer than ${maxStrictBytes} bytes, which is the most that the strict dialect of this database reads.`,
      'Shorten it.',
    );
  const second: unknown = JSON.parse(await readInThread('strict', plain, deadline, principal));
  const difference = isNames(second) ? firstDifference(namesInTree(tree, statementClass), second) : 'its form';
  if (difference !== undefined)
    throw refusal(
      'Two independent readers do not read this statement alike.',
      `They disagree on ${difference}; write it with plainer SQL.`,
    );
}

async function withoutComments(sql: string): Promise<string> {
  const bytes = Buffer.from(sql, 'utf8');
  let plain = '';
  let copied = 0;
  for (const token of await scan(sql)) {
    if (token.kind !== 'comment') continue;
    plain += `${bytes.toString('utf8', copied, token.start)} `;
    copied = token.end;
  }
  return plain + bytes.toString('utf8', copied);
}

function refusal(message: string, hint: string): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', message, { hint });
}
