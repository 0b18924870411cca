/** Runs a write; where its database asks for it, a person sees the statement first and the call goes down the corridor again with the answer. */

import type { Answer } from '../broker/answer.ts';
import { ConfirmationRequired } from '../broker/require-confirmation.ts';
import { createCallId } from '../model/call-id.ts';
import { Refusal } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Invocation, ToolParts } from './tool.ts';

/** Characters shown to a person; a longer text hides its end where nobody looks. */
const readable = 8000;

/** Throws BrokerError. Each walk is a call of its own on record; the second names the first as its cause. */
export async function runConfirmed(
  { broker }: ToolParts,
  request: QueryRequest,
  { person, signal }: Invocation,
): Promise<Answer> {
  const { call } = request;
  const said = person?.said;
  const answered = said && { ...request, call: { ...call, cause: said.asked }, confirmation: said.confirmation };
  try {
    return await broker.run(answered ?? request, signal);
  } catch (thrown) {
    if (!(thrown instanceof ConfirmationRequired) || person === undefined) throw thrown;
    const { fingerprint } = thrown;
    const again = (answer: 'accepted' | 'declined' | 'unanswered', until: AbortSignal) => {
      const next = { ...request, call: { ...call, id: createCallId(), cause: call.id } };
      return broker.run({ ...next, confirmation: { fingerprint, answer } }, until);
    };
    const answer = await person.ask({
      message: messageOf(request, thrown),
      fingerprint,
      asked: call.id,
      unanswered: () => void again('unanswered', new AbortController().signal).catch(() => undefined),
    });
    if (answer === 'later') throw thrown;
    return again(answer, signal);
  }
}

/** What the person reads: who asks for what, and every character of it. Throws CONFIRMATION_REQUIRED for what is too long to read. */
function messageOf({ call, statement }: QueryRequest, { databaseId }: ConfirmationRequired): string {
  const sql = statement.from === 'caller' ? statement.sql : '';
  const values = statement.parameters.values.map(({ name, value }) => (name === undefined ? value : { [name]: value }));
  const text = visible(values.length === 0 ? sql : `${sql}\n\nValues: ${JSON.stringify(values)}`);
  if (text.length > readable) {
    throw new Refusal('CONFIRMATION_REQUIRED', 'The write is too long to be shown to the person who must confirm it.', {
      hint: `Send at most ${readable} characters of SQL and values.`,
    });
  }
  const why = call.purpose === undefined ? '' : `\n\nPurpose: ${visible(call.purpose)}`;
  return `${visible(call.principal.id)} asks to write to the database ${databaseId}:\n\n${text}${why}`;
}

/** Characters that are not seen, or make others be seen elsewhere, are written out: what is read is what runs. */
function visible(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\u2028\u2029\u115f\u1160\u3164\uffa0]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
