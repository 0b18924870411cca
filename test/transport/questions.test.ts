/** Questions that wait for a person: bounded, and one caller's do not push out another's. */

import { expect, test } from 'vitest';
import { createQuestions } from '../../src/transport/questions.ts';

const question = (fingerprint: string, unanswered: () => void = () => undefined) => ({
  message: '',
  fingerprint,
  asked: fingerprint,
  unanswered,
});

test('whoever asks again and again gives up questions of his own, each on record, and nobody else’s', () => {
  const questions = createQuestions();
  let given = 0;
  const other = questions.keep(question('of bob'), 'bob');
  for (let number = 0; number < 3000; number++)
    questions.keep(
      question('of alice', () => {
        given += 1;
      }),
      'alice',
    );
  expect(given).toBe(2900);
  expect(questions.take(other, 'accepted')).toMatchObject({ asked: 'of bob' });
  questions.close();
  expect(given).toBe(3000);
});

test('a question leads to its answer once', () => {
  const questions = createQuestions();
  const state = questions.keep(question('one'), 'alice');
  expect(questions.take(state, 'accepted')).toMatchObject({
    confirmation: { fingerprint: 'one', answer: 'accepted' },
  });
  expect(questions.take(state, 'accepted')).toBeUndefined();
  questions.close();
});
