/** The Data API's operations over real sessions: validation, transactions, execution, and the shape of the answer. */

import { checkSize, type FieldValue, type ResultOptions, toField } from './cells.ts';
import type { Cluster, Transactions } from './clusters.ts';
import { columnMetadata, columnTypes } from './column-types.ts';
import { bindParameters, type SqlParameter } from './parameters.ts';
import { rewritePlaceholders } from './placeholders.ts';
import type { SecretStore } from './secret-store.ts';
import { serviceError } from './service-error.ts';
import type { Login, Session } from './session.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Path → operation (README, E1). */
export const operations: Readonly<Record<string, string>> = {
  '/Execute': 'ExecuteStatement',
  '/BatchExecute': 'BatchExecuteStatement',
  '/BeginTransaction': 'BeginTransaction',
  '/CommitTransaction': 'CommitTransaction',
  '/RollbackTransaction': 'RollbackTransaction',
};

const invalid = (message: string) => serviceError('ValidationException', message);

function text(body: Body, member: string, longest: number): string {
  const value = body[member];
  if (typeof value !== 'string' || value === '')
    throw invalid(`1 validation error detected: Value at '${member}' must not be null`);
  if (value.length > longest)
    throw invalid(
      `1 validation error detected: Value at '${member}' must have length less than or equal to ${longest}`,
    );
  return value;
}

export class DataApi {
  constructor(
    readonly clusters: ReadonlyMap<string, Cluster>,
    readonly secrets: SecretStore,
    readonly transactions: Transactions,
  ) {}

  async answer(operation: string, body: Body): Promise<Body> {
    const resourceArn = text(body, 'resourceArn', 100);
    const secretArn = text(body, 'secretArn', 100);
    const cluster = this.#wake(resourceArn);
    switch (operation) {
      case 'BeginTransaction':
        return this.#begin(body, cluster, secretArn);
      case 'CommitTransaction':
        await this.transactions.end(text(body, 'transactionId', 192), resourceArn, secretArn, 'COMMIT');
        return { transactionStatus: 'Transaction Committed' };
      case 'RollbackTransaction':
        await this.transactions.end(text(body, 'transactionId', 192), resourceArn, secretArn, 'ROLLBACK');
        return { transactionStatus: 'Rollback Complete' };
      case 'ExecuteStatement':
        return this.#execute(body, cluster, secretArn);
      default:
        throw invalid(`${operation} is not imitated here`);
    }
  }

  /** A paused cluster refuses the call that wakes it, and those after it until it is up (README, E6). */
  #wake(resourceArn: string): Cluster {
    const cluster = this.clusters.get(resourceArn);
    if (cluster === undefined || !cluster.endpointEnabled)
      throw serviceError(
        'HttpEndpointNotEnabledException',
        `HttpEndpoint isn't enabled for cluster ${resourceArn.split(':').at(-1)}`,
      );
    if (cluster.resuming <= 0) return cluster;
    cluster.resuming -= 1;
    throw serviceError(
      'DatabaseResumingException',
      `The Aurora DB instance ${resourceArn} is resuming after being auto-paused. Please wait a few seconds and try again.`,
    );
  }

  #login(body: Body, secretArn: string): Login {
    if (body['schema'] !== undefined) throw invalid("The schema parameter isn't supported");
    const database = body['database'] === undefined ? 'postgres' : text(body, 'database', 64);
    const { username, password } = this.secrets.login(secretArn);
    return { database, user: username, password };
  }

  async #begin(body: Body, cluster: Cluster, secretArn: string): Promise<Body> {
    return { transactionId: await this.transactions.begin(cluster, this.#login(body, secretArn), secretArn) };
  }

  async #execute(body: Body, cluster: Cluster, secretArn: string): Promise<Body> {
    const login = this.#login(body, secretArn);
    const sql = text(body, 'sql', 65_536);
    const work = (session: Session) => run(session, sql, body);
    if (body['transactionId'] === undefined) return this.#alone(cluster, login, work);
    const id = text(body, 'transactionId', 192);
    return this.transactions.use(id, cluster.arn, secretArn, (session) =>
      work(session).catch((thrown) => {
        if (thrown instanceof Error && thrown.message.includes('size limit')) this.transactions.abort(id);
        throw thrown;
      }),
    );
  }

  /** Outside a transaction nothing of the session survives the call. */
  async #alone(cluster: Cluster, login: Login, work: (session: Session) => Promise<Body>): Promise<Body> {
    const session = await cluster.open(login, this.transactions.times.statement);
    try {
      return await work(session);
    } finally {
      await session.end();
    }
  }
}

const isParameter = (value: unknown): value is SqlParameter => typeof value === 'object' && value !== null;

async function run(session: Session, sql: string, body: Body): Promise<Body> {
  const given = Array.isArray(body['parameters']) ? body['parameters'].filter(isParameter) : [];
  const rewritten = rewritePlaceholders(sql);
  const result = await session.run(rewritten.sql, bindParameters(rewritten.names, given));
  const yieldsRows = result.fields.length > 0 || /^(SELECT|SHOW|EXPLAIN|FETCH)/.test(result.command);
  if (!yieldsRows) return { numberOfRecordsUpdated: result.rowCount, generatedFields: [] };
  const types = await columnTypes(session, result.fields);
  checkSize(result.rows);
  const options = resultOptions(body['resultSetOptions']);
  const records = result.rows.map((row) =>
    row.map((cell, index): FieldValue => {
      const type = types[index];
      return type === undefined ? { isNull: true } : toField(type, cell, options);
    }),
  );
  const metadata = result.fields.flatMap((field, index) => {
    const type = types[index];
    return type === undefined ? [] : [columnMetadata(field, type)];
  });
  const isRead = /^(SELECT|SHOW|EXPLAIN)/.test(result.command);
  return {
    records,
    numberOfRecordsUpdated: isRead ? 0 : result.rowCount,
    ...(body['includeResultMetadata'] === true ? { columnMetadata: metadata } : {}),
    ...(isRead ? {} : { generatedFields: [] }),
  };
}

function resultOptions(value: unknown): ResultOptions {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
