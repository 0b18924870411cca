/** The four operations of the Data API on one cluster, through the unmodified AWS SDK, one HTTP request each. */

import {
  BeginTransactionCommand,
  type ColumnMetadata,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type Field,
  RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import type { RdsDataApiConnection } from '../../model/database.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { ProxyFor } from '../aws/proxy.ts';

/** What one ExecuteStatement brings back. */
export interface Executed {
  readonly records: readonly (readonly Field[])[];
  /** Undefined for a statement that yields no rows at all. */
  readonly columns: readonly ColumnMetadata[] | undefined;
  readonly updated: number;
}

/** Values of the markers `:1`, `:2` …, in order; text, or NULL of no type. */
export type MarkerValues = readonly (string | null)[];

/** Nothing is repeated here: each call is one request, and what the SDK throws goes through as it is. */
export interface DataApi {
  readonly begin: (signal: AbortSignal) => Promise<string>;
  /** `transaction` undefined: in a transaction of its own, committed at once. */
  readonly execute: (
    transaction: string | undefined,
    sql: string,
    values: MarkerValues,
    signal: AbortSignal,
  ) => Promise<Executed>;
  readonly commit: (transaction: string, signal: AbortSignal) => Promise<void>;
  readonly rollback: (transaction: string, signal: AbortSignal) => Promise<void>;
  readonly destroy: () => void;
}

const toParameter = (value: string | null, index: number): SqlParameter => ({
  name: String(index + 1),
  value: value === null ? { isNull: true } : { stringValue: value },
});

/** Numbers as text: the SDK would round what a double cannot hold. */
const resultSetOptions = { longReturnType: 'STRING', decimalReturnType: 'STRING' } as const;

/**
 * Import this file only when a call needs it: it brings the SDK. The client belongs to this cluster alone: its sockets
 * are not shared, and it retries nothing, so a sick cluster costs no other cluster anything.
 */
export async function createDataApi(
  connection: RdsDataApiConnection,
  concurrency: number,
  proxyFor?: ProxyFor,
): Promise<DataApi> {
  const { resourceArn, secretArn, database, aws } = connection;
  // A call that is given up still needs a socket to stop its statement and to roll back.
  const needs = { arn: resourceArn, sockets: concurrency * 2 + 2, proxyFor };
  const client = new RDSDataClient(await clientSettings('rds-data', aws, needs));
  const cluster = { resourceArn, secretArn };
  return {
    async begin(abortSignal) {
      const { transactionId } = await client.send(new BeginTransactionCommand({ ...cluster, database }), {
        abortSignal,
      });
      if (transactionId === undefined) throw new SyntaxError('the service began a transaction without an id');
      return transactionId;
    },
    async execute(transactionId, sql, values, abortSignal) {
      const parameters = values.map(toParameter);
      const within = transactionId === undefined ? {} : { transactionId };
      const request = {
        ...cluster,
        database,
        sql,
        parameters,
        includeResultMetadata: true,
        resultSetOptions,
        ...within,
      };
      const answer = await client.send(new ExecuteStatementCommand(request), { abortSignal });
      return {
        records: answer.records ?? [],
        columns: answer.columnMetadata,
        updated: answer.numberOfRecordsUpdated ?? 0,
      };
    },
    async commit(transactionId, abortSignal) {
      const command = new CommitTransactionCommand({ ...cluster, transactionId });
      const { transactionStatus } = await client.send(command, { abortSignal });
      if (transactionStatus !== 'Transaction Committed')
        throw new SyntaxError('the service did not say that it committed');
    },
    async rollback(transactionId, abortSignal) {
      await client.send(new RollbackTransactionCommand({ ...cluster, transactionId }), { abortSignal });
    },
    destroy: () => client.destroy(),
  };
}
