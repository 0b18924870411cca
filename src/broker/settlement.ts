/** Asks the server what became of writes whose end this side never learned, and puts the answer on record. */

import type { AuditDesk } from '../audit/desk.ts';
import type { UnsettledWrite, WriteFate } from '../audit/settled-record.ts';
import type { Databases } from '../databases/databases.ts';
import type { Database } from '../model/database.ts';
import { asBrokerError } from '../model/errors.ts';
import type { Json } from '../model/result.ts';

/** Runs one fixed text through the corridor as the system principal, on behalf of the call `cause`. */
export type AskServer = (
  database: Database,
  text: 'transaction_status',
  parameters: readonly string[],
  cause: { readonly id: string },
) => Promise<readonly (readonly Json[])[]>;

export interface SettlementParts {
  readonly audit: Pick<AuditDesk, 'unsettled' | 'recordSettled'>;
  readonly databases: Pick<Databases, 'all'>;
  readonly run: AskServer;
  /** For the operational log. */
  readonly report: (message: string) => void;
}

export interface Settlement {
  /** Asks at once, and again with growing pauses while a database does not answer or a transaction is still under way. */
  readonly start: () => void;
  /** Asks each database that is due once. Never rejects. */
  readonly round: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Milliseconds between two looks for writes to ask for; the look itself asks nobody. */
const every = 1_000;

/** Milliseconds of the longest pause: each question leaves two records. */
const longestPause = 600_000;

/** PostgreSQL's invalid_parameter_value: the number is one that this server has not reached. */
const inTheFuture = '22023';

/**
 * The word of the server is taken as it is given. After a failover that lost commits, or a restore, a number may belong to
 * another transaction: a server that has not come that far says so; one that has cannot be told apart.
 */
export function createSettlement({ audit, databases, run, report }: SettlementParts): Settlement {
  const pauses = new Map<string, { readonly until: number; readonly next: number }>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  /** Undefined while it cannot be said yet. */
  async function fateOf(database: Database, { xid, call }: UnsettledWrite): Promise<WriteFate | undefined> {
    const { connection } = database;
    if (connection.type === 'embedded' && connection.directory === undefined)
      return { is: 'unknown', why: 'database_gone' }; // it was kept in the memory of the process that died
    try {
      const [[status] = []] = await run(database, 'transaction_status', [xid], { id: call });
      if (status === 'committed' || status === 'aborted') return { is: status };
      return status === null ? { is: 'unknown', why: 'forgotten' } : undefined;
    } catch (thrown) {
      const error = asBrokerError(thrown);
      return error.sqlstate === inTheFuture ? { is: 'unknown', why: 'other_server' } : undefined;
    }
  }

  async function settle(database: Database, writes: readonly UnsettledWrite[]): Promise<void> {
    for (const write of writes) {
      const fate = await fateOf(database, write);
      if (fate === undefined) return pause(database.id);
      const recorded = await audit.recordSettled(write, fate).then(
        () => true,
        () => false, // the desk has said why
      );
      if (!recorded) return pause(database.id);
      report(`the write of call ${write.call} on ${database.id} is settled: ${fate.is}`);
    }
    pauses.delete(database.id);
  }

  function pause(id: string): void {
    const next = pauses.get(id)?.next ?? every;
    pauses.set(id, { until: Date.now() + next, next: Math.min(next * 2, longestPause) });
  }

  async function round(): Promise<void> {
    const writes = audit.unsettled();
    if (writes.length === 0) return;
    const due = databases.all().filter(({ id }) => (pauses.get(id)?.until ?? 0) <= Date.now());
    await Promise.all(
      due.map((database) =>
        settle(
          database,
          writes.filter(({ id }) => id === database.id),
        ),
      ),
    );
  }

  function look(): void {
    working = round().finally(() => {
      timer = setTimeout(look, every);
      timer.unref();
    });
  }

  return {
    start: look,
    round,
    async close() {
      clearTimeout(timer);
      await working;
      clearTimeout(timer);
    },
  };
}
