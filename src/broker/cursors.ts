/** Cursors over a result: who holds one can ask for its next page, with the same statement, as the same caller. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type AuthorizedQuery, openAuthorized } from '../audit/audit-log.ts';
import { noSuchPage } from '../backends/no-such-page.ts';
import type { Database } from '../model/database.ts';
import type { Page, QueryRequest } from '../model/request.ts';
import type { Answer } from './answer.ts';

export interface Cursors {
  /**
   * The request with the page it asks for, and with the call that asked for the first page as its cause. Throws
   * REQUEST_INVALID, the same for every cursor that was not made for just this caller, database, statement and values.
   */
  readonly read: (request: QueryRequest, database: Database) => QueryRequest;
  /** The answer with what asks for the page after it, where the rest of the result is kept. */
  readonly give: (query: AuthorizedQuery, answer: Answer) => Answer;
}

/** The key lives as long as the process, as what the cursors lead to does. */
export function createCursors(): Cursors {
  const key = randomBytes(32);

  function write({ of, number }: Page, request: QueryRequest, { id }: Database): string {
    const { auth, issuer, id: name, onBehalfOf, roles } = request.call.principal;
    const who = [auth, issuer ?? null, name, onBehalfOf ?? null, roles];
    const text = JSON.stringify([of, number, who, id, request.action, request.intent, request.statement]);
    return `${of}.${number}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }

  return {
    read(request, database) {
      const { cursor, call } = request;
      if (cursor === undefined) return request;
      if (cursor === 'open') return { ...request, page: { of: call.id, number: 1 } };
      const [, of = '', number] = /^([\w-]{1,64})\.(\d{1,9})\.[\w-]{43}$/.exec(cursor) ?? [];
      const page = { of, number: Number(number) };
      const [given, made] = [Buffer.from(cursor), Buffer.from(write(page, request, database))];
      if (given.length !== made.length || !timingSafeEqual(given, made)) throw noSuchPage();
      return { ...request, call: { ...call, cause: of }, page };
    },
    give(query, answer) {
      const { request, database } = openAuthorized(query);
      if (answer.more !== true || request.page === undefined) return answer;
      const { of, number } = request.page;
      return { ...answer, cursor: write({ of, number: number + 1 }, request, database) };
    },
  };
}
