import { expect, test } from 'vitest';
import { type ConnectionBudget, createConnectionBudget } from '../../src/backends/connection-budget.ts';
import { createPool } from '../../src/backends/pool.ts';
import { Failure } from '../../src/model/errors.ts';

/** Counts sessions of every pool together; a session ends a moment after it is destroyed, as sockets do. */
function counted() {
  let open = 0;
  let most = 0;
  const openSession = async () => {
    open += 1;
    most = Math.max(most, open);
    let usable = true;
    const endings: (() => void)[] = [];
    return {
      usable: () => usable,
      destroy() {
        if (!usable) return;
        usable = false;
        setImmediate(() => {
          open -= 1;
          for (const ended of endings) ended();
        });
      },
      onEnd: (ended: () => void) => void endings.push(ended),
    };
  };
  return { openSession, most: () => most, open: () => open };
}

const aPool = (budget: ConnectionBudget, open: ReturnType<typeof counted>['openSession'], max = 5) =>
  createPool({ max, queueTimeout: 2000, idleTimeout: 60_000, open, budget });

const signal = () => new AbortController().signal;
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test('all pools together never hold more sessions than the budget, and every call is served', async () => {
  const sessions = counted();
  const budget = createConnectionBudget(4);
  const pools = Array.from({ length: 20 }, () => aPool(budget, sessions.openSession));
  const calls = pools.flatMap((pool) =>
    Array.from({ length: 10 }, async () => {
      const session = await pool.acquire(signal());
      await aTurn();
      pool.release(session);
    }),
  );
  await Promise.all(calls);
  expect(sessions.most()).toBe(4);
  await expect.poll(() => budget.stats().used - sessions.open()).toBe(0);
});

test('a database that wants many places takes one at its turn: the next database is served after the first release', async () => {
  const sessions = counted();
  const budget = createConnectionBudget(2);
  const busy = aPool(budget, sessions.openSession);
  const held = [await busy.acquire(signal()), await busy.acquire(signal())];
  const more = Array.from({ length: 10 }, () => busy.acquire(signal()));
  const order: string[] = [];
  for (const call of more)
    void call.then(
      () => order.push('busy'),
      () => undefined,
    );
  const quiet = aPool(budget, sessions.openSession);
  const served = quiet.acquire(signal()).then(() => order.push('quiet'));
  await aTurn();
  for (const session of held) session.destroy();
  await served;
  expect(order.filter((who) => who === 'busy').length).toBeLessThanOrEqual(1);
  busy.close();
  await Promise.allSettled(more);
});

test('an idle session of another database makes room at once', async () => {
  const sessions = counted();
  const budget = createConnectionBudget(1);
  const first = aPool(budget, sessions.openSession);
  first.release(await first.acquire(signal()));
  expect(first.stats().idle).toBe(1);
  await aPool(budget, sessions.openSession).acquire(signal());
  expect([first.stats().idle, sessions.most()]).toEqual([0, 1]);
});

test('a database that cannot be reached holds one place, and whoever waits for it learns with the first', async () => {
  const budget = createConnectionBudget(3);
  let fail: (reason: Error) => void = () => undefined;
  const dead = createPool({
    max: 3,
    queueTimeout: 5000,
    idleTimeout: 1000,
    budget,
    open: () =>
      new Promise<never>((_, reject) => {
        fail = reject;
      }),
  });
  const calls = Array.from({ length: 6 }, () => dead.acquire(signal()));
  await aTurn();
  expect(budget.stats().used).toBe(1);
  fail(new Failure('BACKEND_UNAVAILABLE', 'nobody there'));
  const results = await Promise.allSettled(calls);
  expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(
    Array(6).fill('BACKEND_UNAVAILABLE'),
  );
  expect(budget.stats().used).toBe(0);
});

test('a pool that is drained serves those who wait, keeps nothing and gives every place back', async () => {
  const sessions = counted();
  const budget = createConnectionBudget(1);
  const pool = aPool(budget, sessions.openSession);
  const first = await pool.acquire(signal());
  const waiting = pool.acquire(signal());
  let drained = false;
  const end = pool.drain().then(() => {
    drained = true;
  });
  pool.release(first);
  const second = await waiting;
  expect(drained).toBe(false);
  pool.release(second);
  await end;
  expect([sessions.open(), budget.stats().used]).toEqual([0, 0]);
});

test('a pool that is closed with sessions in use leaves the budget when the last of them has gone', async () => {
  const sessions = counted();
  const budget = createConnectionBudget(2);
  const left: number[] = [];
  const watched: ConnectionBudget = {
    ...budget,
    join(member) {
      const share = budget.join(member);
      const leave = () => {
        left.push(sessions.open());
        share.leave();
      };
      return { ...share, leave };
    },
  };
  const pool = aPool(watched, sessions.openSession);
  await pool.acquire(signal());
  pool.close();
  expect(left).toEqual([]);
  await expect.poll(() => left).toEqual([0]);
  expect(budget.stats()).toMatchObject({ used: 0, waiting: 0 });
});
