/** The four operations of the Data API on one cluster, through the unmodified AWS SDK, one HTTP request each. */

import type { ColumnMetadata, Field, RDSDataClient, SqlParameter } from '@aws-sdk/client-rds-data';
import type { RdsDataApiConnection } from '../../model/database.ts';
import { clientSettings } from '../aws/client-settings.ts';

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

type Library = typeof import('@aws-sdk/client-rds-data');

const toParameter = (value: string | null, index: number): SqlParameter => ({
  name: String(index + 1),
  value: value === null ? { isNull: true } : { stringValue: value },
});

/** Numbers as text: the SDK would round what a double cannot hold. */
const resultSetOptions = { longReturnType: 'STRING', decimalReturnType: 'STRING' } as const;

interface Connected {
  readonly library: Library;
  readonly client: RDSDataClient;
}

/**
 * The client is made, and the SDK loaded, on the first call. It belongs to this cluster alone: its sockets are not
 * shared, and it retries nothing, so a sick cluster costs no other cluster anything.
 */
export function createDataApi(
  { resourceArn, secretArn, database, aws }: RdsDataApiConnection,
  concurrency: number,
): DataApi {
  let connecting: Promise<Connected> | undefined;

  async function connect(): Promise<Connected> {
    const library = await import('@aws-sdk/client-rds-data');
    // A call that is given up still needs a socket to stop its statement and to roll back.
    const settings = await clientSettings('rds-data', aws, resourceArn, concurrency * 2 + 2);
    return { library, client: new library.RDSDataClient(settings) };
  }

  function connected(): Promise<Connected> {
    connecting ??= connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  }

  const cluster = { resourceArn, secretArn };
  return {
    async begin(abortSignal) {
      const { library, client } = await connected();
      const { transactionId } = await client.send(new library.BeginTransactionCommand({ ...cluster, database }), {
        abortSignal,
      });
      if (transactionId === undefined) throw new SyntaxError('the service began a transaction without an id');
      return transactionId;
    },
    async execute(transactionId, sql, values, abortSignal) {
      const { library, client } = await connected();
      const answer = await client.send(
        new library.ExecuteStatementCommand({
          ...cluster,
          database,
          sql,
          parameters: values.map(toParameter),
          includeResultMetadata: true,
          resultSetOptions,
          ...(transactionId === undefined ? {} : { transactionId }),
        }),
        { abortSignal },
      );
      return {
        records: answer.records ?? [],
        columns: answer.columnMetadata,
        updated: answer.numberOfRecordsUpdated ?? 0,
      };
    },
    async commit(transactionId, abortSignal) {
      const { library, client } = await connected();
      const { transactionStatus } = await client.send(
        new library.CommitTransactionCommand({ ...cluster, transactionId }),
        { abortSignal },
      );
      if (transactionStatus !== 'Transaction Committed')
        throw new SyntaxError('the service did not say that it committed');
    },
    async rollback(transactionId, abortSignal) {
      const { library, client } = await connected();
      await client.send(new library.RollbackTransactionCommand({ ...cluster, transactionId }), { abortSignal });
    },
    destroy() {
      void connecting?.then(({ client }) => client.destroy()).catch(() => undefined);
      connecting = undefined;
    },
  };
}
