/** The clusters behind the emulator and their transactions: one dedicated session each, sequential, reaped when idle. */

import { randomBytes } from 'node:crypto';
import { serviceError } from './service-error.ts';
import type { Login, OpenSession, Session } from './session.ts';

export interface Cluster {
  readonly arn: string;
  /** Sessions on the PostgreSQL behind it. */
  readonly open: OpenSession;
  /** Calls still answered with DatabaseResumingException; the first of them wakes the cluster. */
  resuming: number;
  endpointEnabled: boolean;
}

export interface Transaction {
  readonly id: string;
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly session: Session;
  busy: boolean;
  /** Set when the service ended it by itself: what a later call is told. */
  ended: string | undefined;
  reaper: NodeJS.Timeout | undefined;
}

export interface TransactionTimes {
  /** Milliseconds without a call after which a transaction is rolled back: three minutes at the service. */
  readonly idle: number;
  /** Milliseconds a statement may run: 45 s at the service. */
  readonly statement: number;
}

export class Transactions {
  readonly #open = new Map<string, Transaction>();

  constructor(readonly times: TransactionTimes) {}

  get count(): number {
    return [...this.#open.values()].filter((one) => one.ended === undefined).length;
  }

  async begin(cluster: Cluster, login: Login, secretArn: string): Promise<string> {
    const session = await cluster.open(login, this.times.statement);
    await session.run('BEGIN', []);
    const id = randomBytes(96).toString('base64');
    const transaction: Transaction = {
      id,
      resourceArn: cluster.arn,
      secretArn,
      session,
      busy: false,
      ended: undefined,
      reaper: undefined,
    };
    this.#open.set(id, transaction);
    this.#rest(transaction);
    return id;
  }

  /** Runs `work` on the transaction's session; a second call meanwhile is refused at once. */
  async use<T>(id: string, resourceArn: string, secretArn: string, work: (session: Session) => Promise<T>): Promise<T> {
    const transaction = this.#find(id, resourceArn, secretArn);
    if (transaction.busy) throw serviceError('DatabaseErrorException', 'Transaction is still running a query');
    transaction.busy = true;
    clearTimeout(transaction.reaper);
    try {
      return await work(transaction.session);
    } finally {
      transaction.busy = false;
      this.#rest(transaction);
    }
  }

  async end(id: string, resourceArn: string, secretArn: string, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.use(id, resourceArn, secretArn, (session) => session.run(statement, []));
    this.#forget(id);
  }

  /** The service ends a transaction by itself after an oversize result. */
  abort(id: string): void {
    const transaction = this.#open.get(id);
    if (transaction === undefined) return;
    transaction.ended = 'Transaction has been aborted due to an error from a previous call.';
    void transaction.session.end();
  }

  async close(): Promise<void> {
    const all = [...this.#open.keys()];
    await Promise.all(all.map((id) => this.#forget(id)));
  }

  #find(id: string, resourceArn: string, secretArn: string): Transaction {
    const transaction = this.#open.get(id);
    const known = transaction?.resourceArn === resourceArn && transaction.secretArn === secretArn;
    if (transaction === undefined || !known)
      throw serviceError('TransactionNotFoundException', `Transaction ${id} is not found`);
    if (transaction.ended !== undefined)
      throw serviceError('TransactionNotFoundException', `Transaction ${id} is not found. ${transaction.ended}`);
    return transaction;
  }

  #rest(transaction: Transaction): void {
    clearTimeout(transaction.reaper);
    transaction.reaper = setTimeout(() => {
      transaction.ended = 'Transaction may be expired.';
      void transaction.session.end();
    }, this.times.idle);
    transaction.reaper.unref();
  }

  async #forget(id: string): Promise<void> {
    const transaction = this.#open.get(id);
    if (transaction === undefined) return;
    clearTimeout(transaction.reaper);
    this.#open.delete(id);
    await transaction.session.end();
  }
}
