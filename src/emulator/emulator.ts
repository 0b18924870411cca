/** The emulator: one HTTP server on loopback that speaks the Data API, Secrets Manager, STS and RDS in front of a real PostgreSQL. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Digits } from './cells.ts';
import { type Cluster, Transactions, type TransactionTimes } from './clusters.ts';
import { type Body, DataApi, operations } from './data-api.ts';
import { type FaultAction, Faults } from './faults.ts';
import { send, sendError } from './http-answer.ts';
import { assumeRole, callerIdentity, type DescribedCluster, describeClusters, type Role } from './identity.ts';
import { SecretStore } from './secret-store.ts';
import { ServiceError, serviceError } from './service-error.ts';
import { type AccessKey, type Signer, verifySignature } from './signature.ts';

/** One request as it was served: what tests count calls by. */
export interface LoggedCall {
  readonly service: string;
  readonly operation: string;
  readonly resourceArn: string | undefined;
  readonly transactionId: string | undefined;
  readonly sql: string | undefined;
  /** `attempt=1; max=3`, as the SDK says. */
  readonly attempt: string | undefined;
  readonly identity: string | undefined;
  readonly host: string | undefined;
  readonly status: number;
  readonly error: string | undefined;
}

export interface EmulatorOptions {
  readonly port?: number;
  /** Its clock; signatures are held against it. */
  readonly now?: () => Date;
  readonly times?: Partial<TransactionTimes>;
}

export interface Emulator {
  readonly url: string;
  readonly calls: readonly LoggedCall[];
  readonly faults: Faults;
  readonly secrets: SecretStore;
  readonly transactions: Transactions;
  readonly keys: Map<string, AccessKey>;
  readonly roles: Map<string, Role>;
  readonly described: DescribedCluster[];
  readonly clusters: Map<string, Cluster>;
  readonly forgetCalls: () => void;
  readonly close: () => Promise<void>;
}

/** The key every emulator accepts. */
export const emulatorKey = { accessKeyId: 'AKIDEMULATOR0000', secretAccessKey: 'emulator-secret-access-key' } as const;

const largestRequest = 4 * 1024 * 1024;

interface Call {
  readonly service: string;
  readonly operation: string;
  readonly body: Body;
  readonly form: URLSearchParams;
}

/** Longs keep their digits: JSON.parse would round them. A string cannot hold the pattern, its quotes being escaped. */
function readJson(text: string): Body {
  const value: unknown = JSON.parse(text.replace(/"longValue"\s*:\s*(-?\d+)/g, '"longValue":"$1"'));
  if (typeof value !== 'object' || value === null) throw serviceError('SerializationException', 'not an object');
  return { ...value };
}

function writeJson(value: unknown): string {
  const digits: string[] = [];
  const text = JSON.stringify(value, (_, item: unknown) =>
    item instanceof Digits ? `\u0000${digits.push(item.text) - 1}` : item,
  );
  return text.replace(/"\\u0000(\d+)"/g, (_, index: string) => digits[Number(index)] ?? '0');
}

function identify(request: IncomingMessage, body: Buffer): Call {
  const target = String(request.headers['x-amz-target'] ?? '');
  const path = (request.url ?? '/').replace(/\?.*$/, '').replace(/^\/{2,}/, '/');
  const none = new URLSearchParams();
  if (target.startsWith('secretsmanager.'))
    return { service: 'secretsmanager', operation: target.slice(15), body: readJson(body.toString()), form: none };
  if (operations[path] !== undefined)
    return { service: 'rds-data', operation: operations[path], body: readJson(body.toString()), form: none };
  const form = new URLSearchParams(body.toString());
  const operation = form.get('Action') ?? '';
  return { service: operation === 'DescribeDBClusters' ? 'rds' : 'sts', operation, body: {}, form };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestRequest)
      throw serviceError('RequestEntityTooLargeException', 'The request is larger than 4 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const member = (body: Body, name: string) => (typeof body[name] === 'string' ? body[name] : undefined);

/** Starts an emulator on a free loopback port. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clusters = new Map<string, Cluster>();
  const secrets = new SecretStore();
  const transactions = new Transactions({ idle: 180_000, statement: 45_000, ...options.times });
  const api = new DataApi(clusters, secrets, transactions);
  const faults = new Faults();
  const keys = new Map<string, AccessKey>([
    [
      emulatorKey.accessKeyId,
      { secretAccessKey: emulatorKey.secretAccessKey, identity: 'arn:aws:iam::123456789012:user/emulator' },
    ],
  ]);
  const roles = new Map<string, Role>();
  const described: DescribedCluster[] = [];
  const calls: LoggedCall[] = [];

  async function serve(call: Call, signer: Signer): Promise<string> {
    switch (call.service) {
      case 'rds-data':
        return writeJson(await api.answer(call.operation, call.body));
      case 'secretsmanager':
        if (call.operation !== 'GetSecretValue') throw serviceError('UnknownOperationException');
        return JSON.stringify(secrets.getSecretValue(call.body));
      case 'rds':
        return describeClusters(call.form, described);
      default:
        if (call.operation === 'AssumeRole') return assumeRole(call.form, roles, keys);
        if (call.operation === 'GetCallerIdentity') return callerIdentity(signer);
        throw serviceError('InvalidAction');
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen: { call?: Call; signer?: Signer } = {};
    const note = (status: number, error?: string) =>
      calls.push(logLine(request, seen.call, seen.signer, status, error));
    if (options.now !== undefined) response.setHeader('date', options.now().toUTCString());
    try {
      const body = await readBody(request);
      const call = identify(request, body);
      seen.call = call;
      const { method = '', url = '/', headers } = request;
      const signer = verifySignature({ method, target: url, headers, body }, call.service, keys, options.now?.());
      seen.signer = signer;
      const action = faults.next(call.operation, member(call.body, 'resourceArn') ?? member(call.body, 'SecretId'));
      const text = await strike(action, () => serve(call, signer));
      if (text === 'reset') {
        note(0, 'reset');
        response.destroy();
        return;
      }
      note(200);
      send(response, 200, call.service, text);
    } catch (thrown) {
      const error = thrown instanceof ServiceError ? thrown : serviceError('InternalFailure');
      note(error.status, error.code);
      sendError(response, seen.call?.service ?? '', error);
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    faults,
    secrets,
    transactions,
    keys,
    roles,
    described,
    clusters,
    forgetCalls: () => void calls.splice(0),
    close: () => stop(server, transactions),
  };
}

async function stop(server: Server, transactions: Transactions): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeAllConnections();
  await closed;
  await transactions.close();
}

/** Applies a fault around the real work. */
async function strike(action: FaultAction | undefined, work: () => Promise<string>): Promise<string> {
  switch (action?.kind) {
    case 'error': {
      const made = serviceError(action.code, action.message);
      throw new ServiceError(made.code, action.status ?? made.status, made.message, {}, action.headers ?? {});
    }
    case 'html':
      throw new ServiceError('', action.status, '<html><body>Bad gateway</body></html>');
    case 'reset':
      if (action.when === 'after') await work();
      return 'reset';
    case 'lost_answer':
      await work();
      throw serviceError('InternalServerErrorException');
    case 'hold':
      await action.until;
      return work();
    case 'empty':
      return '';
    default:
      return work();
  }
}

function logLine(
  request: IncomingMessage,
  call: Call | undefined,
  signer: Signer | undefined,
  status: number,
  error: string | undefined,
): LoggedCall {
  const body = call?.body ?? {};
  return {
    service: call?.service ?? '',
    operation: call?.operation ?? '',
    resourceArn: member(body, 'resourceArn') ?? member(body, 'SecretId'),
    transactionId: member(body, 'transactionId'),
    sql: member(body, 'sql'),
    attempt: request.headers['amz-sdk-request']?.toString(),
    identity: signer?.identity,
    host: request.headers.host,
    status,
    error,
  };
}
