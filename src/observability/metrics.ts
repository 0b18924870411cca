/** Counters and durations for Prometheus, on a registry of their own; bounded, however many databases or names there are. */

import { addGauges, addSessions, type Gauges, labelled } from './gauges.ts';

/** Clients of revisions up to 2025 greet the server first, those of 2026 send each call alone; `unknown`: it was not said. */
export type Era = '2025' | '2026' | 'unknown';

export interface Metrics {
  /** `outcome` is `ok` or an error code; the duration is in seconds. */
  readonly call: (tool: string, database: string, outcome: string, seconds: number) => void;
  readonly stage: (name: 'queue' | 'connect' | 'execute' | 'intent' | 'outcome', seconds: number) => void;
  /** The same call by how its client speaks to the server; the broker's own reads have no client. */
  readonly clientCall: (transport: string, era: Era) => void;
  /** One operation on a file of the audit log; the duration is in seconds. */
  readonly auditDisk: (operation: 'append' | 'fsync', seconds: number) => void;
  /** From now on these are read too, each time somebody asks. */
  readonly watch: (gauges: Gauges) => Promise<void>;
  /** The sessions of the clients, by transport; a listener has them once it is open. */
  readonly watchSessions: (sessions: () => Readonly<Record<string, number>>) => void;
  /** The text Prometheus reads. */
  readonly text: () => Promise<string>;
}

const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Loads prom-client. */
export async function createMetrics(): Promise<Metrics> {
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
  const clientCalls = new Counter({
    name: 'pgwarden_client_calls_total',
    help: 'Calls of clients by transport and by the era of the protocol they speak.',
    labelNames: ['transport', 'era'],
    registers,
  });
  const disk = new Histogram({
    name: 'pgwarden_audit_disk_duration_seconds',
    help: 'One append to a file of the audit log, or one flush of it to the disk; a flush may serve many records.',
    labelNames: ['operation'],
    buckets,
    registers,
  });
  const sessions = await addSessions(register);
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
    clientCall: (transport, era) => clientCalls.inc({ transport, era }),
    auditDisk: (operation, seconds) => disk.observe({ operation }, seconds),
    watch: (gauges) => addGauges(register, gauges),
    watchSessions: sessions.watch,
    text: () => register.metrics(),
  };
}
