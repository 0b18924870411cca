/** Probing: many different things refused to one principal within minutes, in whichever databases, in whatever order logs are read. */

/** Milliseconds. */
const span = 10 * 60_000;
const kindsNeeded = 5;
/** Remembered of one span; more need not be told apart. */
const kindsRemembered = 50;
/** Of all principals. The oldest are forgotten first. */
const spansRemembered = 10_000;

interface Span {
  /** What was refused, and when last, in milliseconds since 1970. */
  readonly kinds: Map<string, number>;
  probedAt: number | undefined;
}

/** Answers how many different things were refused close to this one, when that is probing and was not yet said. */
export type Probing = (who: string, what: string, at: number) => number | undefined;

export function createProbing(): Probing {
  /** Keyed by principal and the number of the span since 1970, so that a later log may tell of an earlier time. */
  const spans = new Map<string, Span>();

  function spanOf(who: string, number: number): Span {
    const key = `${number} ${who}`;
    const span = spans.get(key) ?? { kinds: new Map(), probedAt: undefined };
    spans.set(key, span);
    const [oldest] = spans.keys();
    if (spans.size > spansRemembered && oldest !== undefined) spans.delete(oldest);
    return span;
  }

  return (who, what, at) => {
    const number = Math.floor(at / span);
    const own = spanOf(who, number);
    if (own.kinds.has(what) || own.kinds.size < kindsRemembered) own.kinds.set(what, at);
    const near = [number - 1, number, number + 1].flatMap((each) => spans.get(`${each} ${who}`) ?? []);
    if (near.some(({ probedAt }) => probedAt !== undefined && Math.abs(at - probedAt) < span)) return undefined;
    const times = near.flatMap(({ kinds }) => [...kinds]);
    const kinds = Math.max(
      countKinds(times, (then) => then > at - span && then <= at),
      countKinds(times, (then) => then >= at && then < at + span),
    );
    if (kinds < kindsNeeded) return undefined;
    own.probedAt = at;
    return kinds;
  };
}

function countKinds(times: readonly (readonly [string, number])[], isNear: (then: number) => boolean): number {
  return new Set(times.filter(([, then]) => isNear(then)).map(([what]) => what)).size;
}
