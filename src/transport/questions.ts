/** Questions that wait for a person: a client of the current revision comes back with the answer in a call of its own. */

import { randomBytes } from 'node:crypto';
import type { Question, Said } from '../tools/tool.ts';

export interface Questions {
  /** Milliseconds a person has to answer. */
  readonly patience: number;
  /** Keeps a question that `owner` caused; what is returned leads back to it, once. */
  readonly keep: (question: Question, owner: string) => string;
  /** What was asked, if it waits; a second time there is nothing. */
  readonly take: (state: string, answer: Said['confirmation']['answer']) => Said | undefined;
  /** Nobody will answer any more: what waits is put on record as unanswered. */
  readonly close: () => void;
}

/** Questions that wait at the same time, of one caller and in all; beyond it the oldest of them is given up. */
const mostOfOne = 100;
const most = 1000;

interface Waiting {
  readonly question: Question;
  readonly owner: string;
  readonly timer: NodeJS.Timeout;
}

/**
 * The state a client carries is a random name for what is kept here: it says nothing, cannot be made up or changed, and is
 * gone once used. Replicas do not share it: behind a balancer without affinity a person may be asked again.
 */
export function createQuestions(patience = 5 * 60_000): Questions {
  const waiting = new Map<string, Waiting>();

  function remove(state: string): Question | undefined {
    const kept = waiting.get(state);
    waiting.delete(state);
    clearTimeout(kept?.timer);
    return kept?.question;
  }

  return {
    patience,
    keep(question, owner) {
      const own = [...waiting].flatMap(([state, kept]) => (kept.owner === owner ? [state] : []));
      const [oldest] = own.length >= mostOfOne ? own : waiting.keys();
      if (oldest !== undefined && (own.length >= mostOfOne || waiting.size >= most)) remove(oldest)?.unanswered();
      const state = randomBytes(32).toString('base64url');
      const timer = setTimeout(() => remove(state)?.unanswered(), patience).unref();
      waiting.set(state, { question, owner, timer });
      return state;
    },
    take(state, answer) {
      const question = remove(state);
      return question && { asked: question.asked, confirmation: { fingerprint: question.fingerprint, answer } };
    },
    close() {
      for (const state of [...waiting.keys()]) remove(state)?.unanswered();
    },
  };
}
