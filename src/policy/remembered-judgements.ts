/** Judgements of readings seen before: where the cache of texts hands out the same reading again, the rules are not asked anew. */

import type { Access } from '../sql/access.ts';
import type { Question } from './decision-point.ts';
import type { Judge } from './judge.ts';
import type { Judgement } from './judge-relation.ts';
import { judgeStatement } from './judge-statement.ts';

/** Everything beside caller, policy and reading that a judgement depends on. */
interface Entry {
  readonly sql: string;
  readonly action: string;
  readonly intent: string;
  readonly readonly: boolean;
  readonly judgement: Judgement;
}

/** What is remembered goes when the reading or the judge goes: a judge stands for one policy version and one set of subjects. */
export function rememberJudgements(): (judge: Judge, question: Question) => Judgement {
  const remembered = new WeakMap<Judge, WeakMap<Access, Entry>>();

  return (judge, question) => {
    const { access, statement, request, database } = question;
    // one object stands for the readings of all statements that reach nothing, so it tells them not apart
    if (statement.fixed !== undefined || access.relations.length === 0) return judgeStatement(judge, question);
    const ofJudge = remembered.get(judge) ?? new WeakMap<Access, Entry>();
    remembered.set(judge, ofJudge);
    const known = ofJudge.get(access);
    if (
      known?.sql === statement.sql &&
      known.action === request.action &&
      known.intent === request.intent &&
      known.readonly === database.readonly
    ) {
      return known.judgement;
    }
    const judgement = judgeStatement(judge, question);
    const { sql } = statement;
    ofJudge.set(access, {
      sql,
      action: request.action,
      intent: request.intent,
      readonly: database.readonly,
      judgement,
    });
    return judgement;
  };
}
