/** A closed-loop load: each of N callers sends its next call when the last one is answered. */

export interface LoadFigures {
  readonly callsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly calls: number;
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** Runs `call` from `callers` loops for `milliseconds` and gives the figures; `call` gets the caller's number. */
export async function load(
  call: (caller: number) => Promise<void>,
  callers: number,
  milliseconds: number,
): Promise<LoadFigures> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + milliseconds;
  const loop = async (caller: number) => {
    while (performance.now() < end) {
      const sent = performance.now();
      await call(caller);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    callsPerSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    p999: quantile(latencies, 0.999),
    calls: latencies.length,
  };
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
