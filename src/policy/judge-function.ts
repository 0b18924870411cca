/** One function of a reading before the rules, by its class. */

import type { FunctionAccess } from '../sql/access.ts';
import { printName } from './identifiers.ts';
import type { Judge } from './judge.ts';
import type { Judgement } from './judge-relation.ts';
import type { Denial } from './permit.ts';
import type { FunctionTarget } from './resource.ts';

/** Adds to `judgement` what the rules say of one function. `mayWrite`: the call may write, in a database that can be written. */
export function judgeFunction(judge: Judge, access: FunctionAccess, mayWrite: boolean, judgement: Judgement): void {
  if (access.class === 'pure' && !judge.deniesCalls) return;
  const target: FunctionTarget = {
    kind: 'function',
    schema: access.schema,
    name: access.name,
    args: access.args,
    class: access.class,
  };
  const call = judge.ask(target, 'call');
  const select = isDescriber(access) ? judge.ask(target, 'select') : undefined;
  const deciding = [call, select].find((verdict) => verdict?.permit);
  const denied = [call, select].some((verdict) => verdict?.rule?.effect === 'deny');
  if (permits(access, deciding !== undefined, mayWrite) && !denied) {
    if (deciding?.rule) judgement.rules.add(deciding.rule.text);
    return;
  }
  judgement.denied.push(denial(access, denied));
}

/** What shows definitions: right to it is right to see the body of any function. */
const definition: FunctionTarget = {
  kind: 'function',
  schema: 'pg_catalog',
  name: 'pg_get_functiondef',
  args: ['oid'],
  class: 'describer_all',
};

/** A plan shows what an inlined function reads: who explains a call of it must be allowed to see its definition. */
export function judgeInlining(judge: Judge, access: FunctionAccess, judgement: Judgement): void {
  if (access.class !== 'user' || access.inlined !== true || judge.ask(definition, 'select').permit) return;
  judgement.denied.push({
    code: 'POLICY_DENIED',
    kind: 'function',
    resource: access.written,
    action: 'explain',
    position: access.position,
    hint: 'The plan may show what is inside this function; to explain it, select on ** is needed.',
  });
}

const isDescriber = ({ class: kind }: FunctionAccess): boolean =>
  kind === 'describer' || kind === 'describer_all' || kind === 'statistics';

function permits(access: FunctionAccess, ruled: boolean, mayWrite: boolean): boolean {
  // called by the broker itself, in a session that is thrown away: a rule that names it is enough
  if (access.via === 'hypothetical') return ruled;
  if (access.class === 'pure') return true;
  // no rule permits these where nothing may be written; elsewhere only a rule that names the function
  return access.class === 'forbidden' ? mayWrite && ruled : ruled;
}

function denial(access: FunctionAccess, denied: boolean): Denial {
  const { position, written } = access;
  if (access.class === 'forbidden' && access.via !== 'hypothetical')
    return {
      code: 'FUNCTION_FORBIDDEN',
      kind: 'function',
      resource: written,
      action: 'call',
      position,
      hint: access.reason,
    };
  if (access.class === 'user')
    return {
      code: 'NAME_NOT_AVAILABLE',
      kind: access.via === 'operator' ? 'operator' : 'function',
      resource: written,
      action: 'call',
      position,
    };
  const hint = denied ? undefined : closedHint[access.class];
  return {
    code: 'POLICY_DENIED',
    kind: 'function',
    resource: printName(access.schema, access.name),
    action: 'call',
    position,
    ...(hint === undefined ? {} : { hint }),
  };
}

const closedHint = {
  pure: undefined,
  forbidden: 'To prove an index with it, the policy needs a call rule that names it.',
  describer: 'It describes the database; the policy opens such functions with @introspection.',
  describer_all: 'It shows definitions or sizes of anything; the policy opens such functions with select on **.',
  statistics: 'It shows activity; the policy opens such functions with @statistics.',
} as const;
