/** What is read when somebody asks, instead of being counted along the way. */

import type { Registry } from 'prom-client';

export interface Gauges {
  readonly connections: () => { readonly total: number; readonly used: number; readonly waiting: number };
  /** By database: sessions in use, idle, calls waiting; whether it is left alone. */
  readonly databases: () => readonly {
    readonly id: string;
    readonly state: string;
    readonly connections: { readonly active: number; readonly idle: number; readonly waiting: number };
  }[];
  readonly runningCalls: () => number;
  /** By database: results held for their next page. */
  readonly heldResults: () => ReadonlyMap<string, number>;
  /** Whether the files hold a configuration that was refused. */
  readonly configurationRefused: () => boolean;
  /** Seconds for which the oldest audit record has waited for its copy elsewhere; absent where none is made. */
  readonly shipLag?: () => Promise<number>;
  /** Records of calls under way that wait for the audit disk, those being flushed included. */
  readonly auditWaiting: () => number;
  /** Estimated bytes of what is kept in memory to save work, by what it is. */
  readonly caches: () => Readonly<Record<'readings' | 'references' | 'catalogs', number>>;
  /** Databases with a change that an operator has not applied yet. */
  readonly waitingChanges: () => number;
}

/** Databases with a label of their own; of any further ones, what is counted is counted together. */
export const labelled = 200;

/** Loads prom-client. */
export async function addGauges(register: Registry, gauges: Gauges): Promise<void> {
  const { Gauge } = (await import('prom-client')).default;
  const registers = [register];
  new Gauge({
    name: 'pgwarden_connections',
    help: 'Connections of all databases together.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, value] of Object.entries(gauges.connections())) this.set({ state }, value);
    },
  });
  new Gauge({
    name: 'pgwarden_database_connections',
    help: 'Connections, and calls waiting for one, of the databases in use.',
    labelNames: ['database', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { id, connections } of gauges.databases().filter(isInUse).slice(0, labelled)) {
        for (const [state, value] of Object.entries(connections)) this.set({ database: id, state }, value);
      }
    },
  });
  new Gauge({
    name: 'pgwarden_databases',
    help: 'Databases by what their last call told of them.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const { state } of gauges.databases()) this.inc({ state });
    },
  });
  new Gauge({
    name: 'pgwarden_running_calls',
    help: 'Calls that are at a database now.',
    registers,
    collect() {
      this.set(gauges.runningCalls());
    },
  });
  new Gauge({
    name: 'pgwarden_held_results',
    help: 'Results held for their next page, of the databases that hold any.',
    labelNames: ['database'],
    registers,
    collect() {
      this.reset();
      const holding = [...gauges.heldResults()].filter(([, value]) => value > 0);
      for (const [database, value] of holding.slice(0, labelled)) this.set({ database }, value);
    },
  });
  new Gauge({
    name: 'pgwarden_audit_waiting_records',
    help: 'Audit records that wait for the disk, those being flushed included.',
    registers,
    collect() {
      this.set(gauges.auditWaiting());
    },
  });
  new Gauge({
    name: 'pgwarden_cache_bytes',
    help: 'Estimated bytes of statements read before, of what they reach in each database, and of catalogs.',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const [cache, bytes] of Object.entries(gauges.caches())) this.set({ cache }, bytes);
    },
  });
  const { shipLag } = gauges;
  if (shipLag !== undefined)
    new Gauge({
      name: 'pgwarden_audit_ship_lag_seconds',
      help: 'For how long the oldest audit record of this server has waited for its copy elsewhere.',
      registers,
      async collect() {
        this.set(await shipLag().catch(() => Number.NaN)); // the other metrics are wanted then more than ever
      },
    });
  new Gauge({
    name: 'pgwarden_configuration_refused',
    help: '1 while the files hold a configuration that was refused.',
    registers,
    collect() {
      this.set(gauges.configurationRefused() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'pgwarden_policy_waiting',
    help: 'Databases with a change that waits for pgwarden policy apply.',
    registers,
    collect() {
      this.set(gauges.waitingChanges());
    },
  });
}

/** Loads prom-client. Until somebody is watched there are no sessions. */
export async function addSessions(register: Registry) {
  const { Gauge } = (await import('prom-client')).default;
  let sessions: () => Readonly<Record<string, number>> = () => ({});
  new Gauge({
    name: 'pgwarden_sessions',
    help: 'Sessions of clients that are open now; clients of the revision of 2026 have none.',
    labelNames: ['transport'],
    registers: [register],
    collect() {
      for (const [transport, value] of Object.entries(sessions())) this.set({ transport }, value);
    },
  });
  return {
    watch(next: typeof sessions) {
      sessions = next;
    },
  };
}

const isInUse = ({ connections: { active, idle, waiting } }: ReturnType<Gauges['databases']>[number]) =>
  active + idle + waiting > 0;
