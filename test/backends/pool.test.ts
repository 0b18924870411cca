import { expect, test } from 'vitest';
import { createConnectionBudget } from '../../src/backends/connection-budget.ts';
import { createPool, type PoolOptions } from '../../src/backends/pool.ts';
import { Failure } from '../../src/model/errors.ts';

/** A session without a server: what a pool knows of one. */
function aSession(id: number) {
  let usable = true;
  const endings: (() => void)[] = [];
  return {
    id,
    usable: () => usable,
    destroy() {
      if (!usable) return;
      usable = false;
      for (const ended of endings) ended();
    },
    onEnd: (ended: () => void) => void endings.push(ended),
  };
}
type Session = ReturnType<typeof aSession>;

function aPool(options: Partial<PoolOptions<Session>> = {}) {
  const opened: Session[] = [];
  const pool = createPool<Session>({
    max: 2,
    queueTimeout: 1000,
    idleTimeout: 60_000,
    open: async () => {
      const session = aSession(opened.length);
      opened.push(session);
      return session;
    },
    ...options,
  });
  return { pool, opened };
}

const signal = () => new AbortController().signal;

test('callers are served in the order they came', async () => {
  const { pool } = aPool({ max: 1 });
  const first = await pool.acquire(signal());
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (caller) => {
    const session = await pool.acquire(signal());
    order.push(caller);
    pool.release(session);
  });
  expect(pool.stats()).toEqual({ active: 1, idle: 0, waiting: 3 });
  pool.release(first);
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});

test('nobody overtakes the queue, even when a session is free at that instant', async () => {
  const { pool } = aPool({ max: 1 });
  const first = await pool.acquire(signal());
  const order: string[] = [];
  const queued = pool.acquire(signal()).then((session) => {
    order.push('queued');
    pool.release(session);
  });
  pool.release(first);
  const late = pool.acquire(signal()).then((session) => {
    order.push('late');
    pool.release(session);
  });
  await Promise.all([queued, late]);
  expect(order).toEqual(['queued', 'late']);
});

test('a session that fails to open costs its caller alone', async () => {
  let attempts = 0;
  const { pool } = aPool({
    max: 1,
    open: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no');
      return aSession(attempts);
    },
  });
  const results = await Promise.allSettled([pool.acquire(signal()), pool.acquire(signal())]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('a session that ends while in use makes room for another', async () => {
  const { pool, opened } = aPool({ max: 1 });
  const first = await pool.acquire(signal());
  const next = pool.acquire(signal());
  first.destroy();
  expect((await next).id).toBe(1);
  pool.release(first);
  expect(opened).toHaveLength(2);
  expect(pool.stats()).toEqual({ active: 1, idle: 0, waiting: 0 });
});

test('a session given back unusable is not handed out', async () => {
  const { pool, opened } = aPool({ max: 1 });
  const first = await pool.acquire(signal());
  opened[0]?.destroy();
  pool.release(first);
  expect((await pool.acquire(signal())).id).toBe(1);
});

test('a session given back twice counts once', async () => {
  const { pool } = aPool();
  const first = await pool.acquire(signal());
  pool.release(first);
  pool.release(first);
  expect(pool.stats()).toEqual({ active: 0, idle: 1, waiting: 0 });
});

test('waiting ends with LIMIT_EXCEEDED at the deadline, BACKEND_CANCELLED at the signal', async () => {
  const { pool } = aPool({ max: 1, queueTimeout: 30 });
  await pool.acquire(signal());
  await expect(pool.acquire(signal())).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', safeToRetry: true });
  const controller = new AbortController();
  const waiting = pool.acquire(controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'BACKEND_CANCELLED' });
  expect(pool.stats()).toEqual({ active: 1, idle: 0, waiting: 0 });
});

test('close ends what is idle, in use, waiting and being opened', async () => {
  let let_in: (session: Session) => void = () => undefined;
  const { pool, opened } = aPool({ max: 1 });
  const used = await pool.acquire(signal());
  const waiting = pool.acquire(signal());
  pool.close();
  await expect(waiting).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  expect(used.usable()).toBe(false);
  expect(opened).toHaveLength(1);
  await expect(pool.acquire(signal())).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });

  const slow = aPool({ open: () => new Promise((resolve) => (let_in = resolve)) });
  const opening = slow.pool.acquire(signal());
  await Promise.resolve();
  slow.pool.close();
  const late = aSession(9);
  let_in(late);
  await expect(opening).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  expect(late.usable()).toBe(false);
});

test('an idle session is closed after its time', async () => {
  const { pool, opened } = aPool({ idleTimeout: 20 });
  pool.release(await pool.acquire(signal()));
  expect(pool.stats().idle).toBe(1);
  await expect.poll(() => pool.stats().idle).toBe(0);
  expect(opened[0]?.usable()).toBe(false);
});

test('nothing is opened, and nothing of the budget held, before the other side answered; one knock serves all who wait', async () => {
  let answer: () => void = () => undefined;
  let knocks = 0;
  const budget = createConnectionBudget(10);
  const knock = () => {
    knocks += 1;
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  };
  const { pool, opened } = aPool({ budget, knock });
  const callers = [pool.acquire(signal()), pool.acquire(signal())];
  expect([knocks, opened.length, budget.stats().used]).toEqual([1, 0, 0]);
  answer();
  await Promise.all(callers);
  expect([knocks, opened.length, budget.stats().used]).toEqual([1, 2, 2]);
});

test('a silent other side costs those who wait for it what the knock says, and the next caller knocks anew', async () => {
  const budget = createConnectionBudget(1);
  const refusals: ((failure: Failure) => void)[] = [];
  const knock = () => new Promise<void>((_, reject) => refusals.push(reject));
  const { pool } = aPool({ budget, knock, queueTimeout: 20 });
  const callers = [pool.acquire(signal()), pool.acquire(signal())];
  const others = aPool({ budget });
  others.pool.release(await others.pool.acquire(signal())); // one place for all, and it is free
  await new Promise((later) => setTimeout(later, 60)); // the queue's own deadline does not speak for the other side
  refusals[0]?.(new Failure('BACKEND_UNAVAILABLE', 'dead'));
  for (const caller of callers) await expect(caller).rejects.toMatchObject({ message: 'dead' });
  void pool.acquire(signal()).catch(() => undefined);
  expect(refusals).toHaveLength(2);
  pool.close();
});
