/** The broker and the audit log with somebody counting or tracing: what they answer is handed on as it is. */

import type { AuditLog } from '../audit/audit-log.ts';
import type { LogFiles } from '../audit/log-files.ts';
import type { Broker } from '../broker/answer.ts';
import { asBrokerError } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Era, Metrics } from './metrics.ts';
import type { Ending, Traces } from './traces.ts';

type ListingDesk = Pick<AuditLog, 'recordListing'>;

const secondsSince = (started: number) => (performance.now() - started) / 1000;

/** Looking on must never cost a call. */
function quietly(count: () => void): void {
  try {
    count();
  } catch {
    // a metric or a span is lost, and nothing else
  }
}

/** Revisions are dates. What a client says becomes one of three words, whatever it says. */
function eraOf(protocol: string | undefined): Era {
  if (protocol === undefined) return 'unknown';
  return protocol < '2026' ? '2025' : '2026';
}

type NameOf = (id: string | undefined) => string;

/** What no database is asked for, and the broker answers by itself. */
const noDatabase: NameOf = () => '_broker';

function counting(metrics: Metrics, nameOf: NameOf) {
  return async <T>({ call, databaseId }: QueryRequest, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const count = (outcome: string) =>
      quietly(() => {
        metrics.call(call.tool, nameOf(databaseId), outcome, secondsSince(started));
        if (call.transport !== 'internal') metrics.clientCall(call.transport, eraOf(call.mcp?.protocol));
      });
    try {
      const value = await work();
      count('ok');
      return value;
    } catch (thrown) {
      count(asBrokerError(thrown).code);
      throw thrown;
    }
  };
}

/** `nameOf` gives the configured database a request means, or a word for all that are not. */
export function observeBroker(broker: Broker, metrics: Metrics, nameOf: NameOf): Broker {
  const counted = counting(metrics, nameOf);
  return {
    run: (request, signal) =>
      counted(request, async () => {
        const answer = await broker.run(request, signal);
        quietly(() => {
          for (const stage of ['queue', 'connect', 'execute'] as const)
            metrics.stage(stage, answer.timings[stage] / 1e6);
        });
        return answer;
      }),
    check: (request) => counted(request, () => broker.check(request)),
    look: (request, view) => counted(request, () => broker.look(request, view)),
  };
}

function tracing(traces: Traces, nameOf: NameOf) {
  return async <T>(
    request: QueryRequest,
    work: () => Promise<T>,
    ending: (value: T) => Omit<Ending, 'outcome'> & Partial<Ending>,
  ): Promise<T> => {
    quietly(() => traces.begin(request, nameOf(request.databaseId)));
    try {
      const value = await work();
      quietly(() => traces.end(request, { outcome: 'ok', ...ending(value) }));
      return value;
    } catch (thrown) {
      traces.end(request, { outcome: asBrokerError(thrown).code });
      throw thrown;
    }
  };
}

/** A span for each call; what happens between is told by the broker itself (`watch`). */
export function traceBroker(broker: Broker, traces: Traces, nameOf: NameOf): Broker {
  const traced = tracing(traces, nameOf);
  return {
    run: (request, signal) =>
      traced(
        request,
        () => broker.run(request, signal),
        ({ rows, timings }) => ({ rows: rows.length, timings }),
      ),
    check: (request) =>
      traced(
        request,
        () => broker.check(request),
        ({ verdict }) => (verdict.ok ? {} : { outcome: verdict.error.code }),
      ),
    look: (request, view) =>
      traced(
        request,
        () => broker.look(request, view),
        ({ items }) => ({ rows: items.length }),
      ),
  };
}

/** A listing of databases asks none of them, so it does not come to the broker: making its record is the whole call. */
export function observeListings<Desk extends ListingDesk>(audit: Desk, metrics: Metrics): Desk {
  const counted = counting(metrics, noDatabase);
  return { ...audit, recordListing: (request, rows) => counted(request, () => audit.recordListing(request, rows)) };
}

export function traceListings<Desk extends ListingDesk>(audit: Desk, traces: Traces): Desk {
  const traced = tracing(traces, noDatabase);
  return {
    ...audit,
    recordListing: (request, rows) =>
      traced(
        request,
        () => audit.recordListing(request, rows),
        () => ({ rows }),
      ),
  };
}

/** How long a call waits for its records to be durable. */
export function observeAudit(audit: AuditLog, metrics: Metrics): AuditLog {
  async function timed<T>(stage: 'intent' | 'outcome', work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const value = await work();
    quietly(() => metrics.stage(stage, secondsSince(started)));
    return value;
  }

  return {
    ...audit,
    recordIntent: (permit) => timed('intent', () => audit.recordIntent(permit)),
    recordOutcome: (query, outcome) => timed('outcome', () => audit.recordOutcome(query, outcome)),
  };
}

/** What the disk of the audit log takes. An operation that fails is the desk's to report, and is not measured. */
export function observeFiles(files: LogFiles, metrics: Metrics): LogFiles {
  async function timed<T>(operation: 'append' | 'fsync', work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const value = await work();
    quietly(() => metrics.auditDisk(operation, secondsSince(started)));
    return value;
  }

  return {
    ...files,
    write: (fd, bytes) => timed('append', () => files.write(fd, bytes)),
    datasync: (fd) => timed('fsync', () => files.datasync(fd)),
    sync: (fd) => timed('fsync', () => files.sync(fd)),
  };
}
