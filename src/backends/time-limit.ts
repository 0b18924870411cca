/** A time limit on one request, held by a timer of its own. */

/**
 * Runs `work` with a signal that fires after `milliseconds` or when `caller` fires. Not `AbortSignal.any` over
 * `AbortSignal.timeout`: nothing holds on to the latter, and once collected it never fires (Node 20).
 */
export async function withTimeLimit<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, milliseconds);
  caller?.addEventListener('abort', stop, { once: true });
  if (caller?.aborted === true) stop();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', stop);
  }
}
