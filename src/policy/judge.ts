/** One caller under one policy: asks casbin once per thing and remembers, so that a thousand rules cost what ten cost. */

import type { Action } from '../model/request.ts';
import type { Enforcer, Verdict } from './casbin-enforcer.ts';
import type { Caller, Policy } from './policy.ts';
import type { RelationTarget, Target } from './resource.ts';
import type { LimitRow, MaskRow, Rule } from './rule.ts';
import { isSystemSchema } from './system-sets.ts';

export interface Judge {
  readonly ask: (target: Target, action: Action) => Verdict;
  /** Whether the caller may select everything, system catalogs included, with no deny and no mask anywhere. */
  readonly unrestricted: boolean;
  /** Whether a rule denies any call: only then are functions that need no rule asked about. */
  readonly deniesCalls: boolean;
  readonly limits: readonly LimitRow[];
  readonly masks: (schema: string, relation: string) => readonly MaskRow[];
  /** Estimate of the memory held, in bytes. */
  readonly bytes: () => number;
}

/** What is remembered of one relation or function. */
interface Memory {
  readonly candidates: readonly Rule[];
  /** Columns some candidate names; every other column of the relation is judged alike. */
  readonly named: ReadonlySet<string>;
  readonly verdicts: Map<string, Verdict>;
}

/** `caller` may stand for every caller with the same subjects among those the policy mentions. */
export function createJudge(enforcer: Enforcer, policy: Policy, caller: Caller, databaseId: string): Judge {
  const memories = new Map<string, Memory>();
  let bytes = 1024;

  function remember(target: Target): Memory {
    const key = memoryKey(target);
    const known = memories.get(key);
    if (known !== undefined) return known;
    const candidates = policy.rules.candidates(caller.subjects, target);
    const named = new Set(candidates.flatMap(({ pattern }) => (pattern.kind === 'column' ? [pattern.column] : [])));
    const fresh = { candidates, named, verdicts: new Map() };
    memories.set(key, fresh);
    bytes += 400 + 2 * key.length + 8 * candidates.length + 64 * named.size;
    return fresh;
  }

  function ask(target: Target, action: Action): Verdict {
    const { candidates, named, verdicts } = remember(target);
    const key = verdictKey(target, action, named);
    const known = verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = enforcer.ask(policy, caller, candidates, databaseId, target, action);
    verdicts.set(key, verdict);
    bytes += 120 + 2 * key.length;
    return verdict;
  }

  const own = new Set(caller.subjects);
  const masks = policy.masks.filter(({ subject }) => own.has(subject));
  const rules = policy.rules.of(own);
  return {
    ask,
    unrestricted: seesEverything(rules) && masks.length === 0,
    deniesCalls: rules.some(({ action, effect }) => action === 'call' && effect === 'deny'),
    limits: policy.limits.filter(({ subject }) => own.has(subject)),
    masks:
      masks.length === 0
        ? () => []
        : (schema, relation) => masks.filter((mask) => mask.schema === schema && mask.relation === relation),
    bytes: () => bytes,
  };
}

const seesEverything = (rules: readonly Rule[]): boolean =>
  rules.every(({ effect }) => effect === 'allow') &&
  rules.some(
    ({ pattern, action }) => action === 'select' && (pattern.kind === 'everything' || pattern.kind === 'unbounded'),
  );

function memoryKey(target: Target): string {
  if (target.kind === 'relation')
    return `r\u0000${target.schema}\u0000${target.relation}\u0000${target.extension ?? ''}`;
  return `f\u0000${target.schema}\u0000${target.name}\u0000${target.class}\u0000${target.args.join('\u0000')}`;
}

function verdictKey(target: Target, action: Action, named: ReadonlySet<string>): string {
  return target.kind === 'relation'
    ? `${action}\u0000${target.onlyByName ? 1 : 0}\u0000${columnKey(target, named)}`
    : action;
}

/** A set opens system catalogs column by column, so there every column stands for itself. */
function columnKey({ schema, column, extension }: RelationTarget, named: ReadonlySet<string>): string {
  if (column === undefined) return '';
  return named.has(column) || isSystemSchema(schema) || extension !== undefined ? column : '\u0000other';
}
