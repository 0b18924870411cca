/** What takes part in a comparison: something that runs a statement for one of many callers. */

import type { Cluster } from '../support/cluster.ts';
import type { ServerAddress } from '../support/postgres.ts';

/** A statement as a caller sends it; `kind` lets servers with prepared tools use the one that fits. */
export interface Statement {
  readonly kind: 'point' | 'text';
  readonly sql: string;
  readonly values: readonly number[];
}

export interface Contender {
  readonly name: string;
  /** The process whose CPU and memory are counted. */
  readonly pid: number;
  readonly call: (caller: number, statement: Statement) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Crowd {
  readonly callers: number;
  /** Principals among whom the callers are dealt out, each with a key of its own. */
  readonly principals: number;
  /** Databases a server stands in front of; each call goes to one of them by chance. */
  readonly databases: number;
}

export type Address = ServerAddress & { readonly password: string; readonly database: string };

export function addressOf(cluster: Cluster): Address {
  return {
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: cluster.password,
    database: 'postgres',
  };
}
