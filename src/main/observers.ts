/** Who looks on: metrics where an operator can read them, traces where a collector is named. What is not asked for is not loaded. */

import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditDesk } from '../audit/desk.ts';
import type { LogFiles } from '../audit/log-files.ts';
import type { Broker, Watch } from '../broker/answer.ts';
import type { Log } from '../cli/log.ts';
import type { Config } from '../config/config.ts';
import type { Databases } from '../databases/databases.ts';

/** The id of the configured database that a request means, or one word for all that are not. */
const nameOf = (databases: Databases) => (id: string | undefined) => {
  const wanted = id ?? databases.defaultId;
  return databases.all().find((database) => database.id === wanted)?.id ?? '_unknown';
};

interface Tracing {
  readonly watch?: Watch;
  readonly ofBroker: (broker: Broker, databases: Databases) => Broker;
  readonly ofListings: (audit: AuditDesk) => AuditDesk;
  readonly close: () => Promise<void>;
}

/** OpenTelemetry is loaded only where a collector is named. */
export async function openTracing({ tracing }: Config, log: Log, version: string): Promise<Tracing> {
  const same = <T>(part: T): T => part;
  if (tracing === undefined)
    return { ofBroker: same<Broker>, ofListings: same<AuditDesk>, close: async () => undefined };
  const [{ openOtlpTracer }, { createTraces }, { traceBroker, traceListings }] = await Promise.all([
    import('../observability/otlp.ts'),
    import('../observability/traces.ts'),
    import('../observability/observed.ts'),
  ]);
  const report = (message: string) => log.warn(message);
  const { tracer, close } = openOtlpTracer({ url: tracing.otlp, sample: tracing.sample, version, report });
  const traces = createTraces(tracer, (thrown) => log.warn('spans are lost', { cause: String(thrown) }));
  return {
    watch: traces.enter,
    ofBroker: (broker, databases) => traceBroker(broker, traces, nameOf(databases)),
    ofListings: (audit) => traceListings(audit, traces),
    close,
  };
}

/** Nobody counts where nobody can look. */
export async function openMetrics({ server }: Config) {
  const same = <T>(part: T): T => part;
  if (server.adminListen === undefined) {
    const nothing = { forOperators: undefined, watch: async () => undefined };
    return {
      ...nothing,
      ofBroker: same<Broker>,
      ofListings: same<AuditDesk>,
      ofAudit: same<AuditLog>,
      ofFiles: same<LogFiles>,
    };
  }
  const [{ createMetrics }, { observeAudit, observeBroker, observeFiles, observeListings }] = await Promise.all([
    import('../observability/metrics.ts'),
    import('../observability/observed.ts'),
  ]);
  const metrics = await createMetrics();
  return {
    forOperators: { text: metrics.text, watchSessions: metrics.watchSessions },
    watch: metrics.watch,
    ofFiles: (files: LogFiles) => observeFiles(files, metrics),
    ofAudit: (audit: AuditLog) => observeAudit(audit, metrics),
    ofListings: (audit: AuditDesk) => observeListings(audit, metrics),
    ofBroker: (broker: Broker, databases: Databases) => observeBroker(broker, metrics, nameOf(databases)),
  };
}
