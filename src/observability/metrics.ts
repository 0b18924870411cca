/** Counters and durations for Prometheus, on a registry of their own; bounded, however many databases or names there are. */

import type { Registry } from 'prom-client';

/** What is read when somebody asks, instead of being counted along the way. */
export interface Gauges {
  readonly connections: () => { readonly total: number; readonly used: number; readonly waiting: number };
  /** By database: sessions in use, idle, calls waiting; whether it is left alone. */
  readonly databases: () => readonly {
    readonly id: string;
    readonly state: string;
    readonly connections: { readonly active: number; readonly idle: number; readonly waiting: number };
  }[];
  readonly runningCalls: () => number;
  /** Whether the files hold a configuration that was refused. */
  readonly configurationRefused: () => boolean;
  /** Seconds for which the oldest audit record has waited for its copy elsewhere; absent where none is made. */
  readonly shipLag?: () => Promise<number>;
  /** Databases with a change that an operator has not applied yet. */
  readonly waitingChanges: () => number;
}

export interface Metrics {
  /** `outcome` is `ok` or an error code; the duration is in seconds. */
  readonly call: (tool: string, database: string, outcome: string, seconds: number) => void;
  readonly stage: (name: 'queue' | 'connect' | 'execute' | 'intent' | 'outcome', seconds: number) => void;
  /** The text Prometheus reads. */
  readonly text: () => Promise<string>;
}

/** Databases with a label of their own; the calls of any further ones are counted together. */
const labelled = 200;
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Loads prom-client. */
export async function createMetrics(gauges: Gauges): Promise<Metrics> {
  const { Registry, Counter, Histogram, collectDefaultMetrics } = (await import('prom-client')).default;
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const calls = new Counter({
    name: 'pgwarden_calls_total',
    help: 'Calls that went down the corridor.',
    labelNames: ['tool', 'database', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'pgwarden_call_duration_seconds',
    help: 'From the request to its answer.',
    labelNames: ['tool'],
    buckets,
    registers,
  });
  const stages = new Histogram({
    name: 'pgwarden_stage_duration_seconds',
    help: 'One stage of a call: waiting for a connection, connecting, executing, making its records durable.',
    labelNames: ['stage'],
    buckets,
    registers,
  });
  await addGauges(register, gauges);
  const seen = new Set<string>();

  const labelOf = (database: string) => {
    if (seen.size < labelled) seen.add(database);
    return seen.has(database) ? database : '_other';
  };
  return {
    call(tool, database, outcome, seconds) {
      calls.inc({ tool, database: labelOf(database), outcome });
      durations.observe({ tool }, seconds);
    },
    stage: (stage, seconds) => stages.observe({ stage }, seconds),
    text: () => register.metrics(),
  };
}

async function addGauges(register: Registry, gauges: Gauges): Promise<void> {
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
  const { shipLag } = gauges;
  if (shipLag !== undefined)
    new Gauge({
      name: 'pgwarden_audit_ship_lag_seconds',
      help: 'For how long the oldest audit record of this server has waited for its copy elsewhere.',
      registers,
      async collect() {
        this.set(await shipLag());
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

const isInUse = ({ connections: { active, idle, waiting } }: ReturnType<Gauges['databases']>[number]) =>
  active + idle + waiting > 0;
