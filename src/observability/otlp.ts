/** Sends spans to a collector: in batches, beside the calls, and without a word about it to any caller. */

import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export interface OtlpOptions {
  /** The whole URL that is posted to. */
  readonly url: string;
  /** 0 to 1; a parent's decision goes before it. */
  readonly sample: number;
  readonly version: string;
  /** Told when the collector begins to fail, and when it takes spans again. */
  readonly report: (message: string) => void;
}

/** Milliseconds for one batch, retries included. */
const patience = 2500;
/** Milliseconds for which the last batches may hold up the end of the process. */
const farewell = 3000;
/** Spans that wait at most; those beyond are lost. */
const queued = 8192;

export interface OtlpTracer {
  readonly tracer: Tracer;
  /** Sends what still waits, and gives up after three seconds. Never rejects. */
  readonly close: () => Promise<void>;
}

/** OTEL_EXPORTER_OTLP_HEADERS is read by the exporter itself, as everywhere: that is how a collector that asks is told a token. */
export function openOtlpTracer({ url, sample, version, report }: OtlpOptions): OtlpTracer {
  const exporter = telling(new OTLPTraceExporter({ url, timeoutMillis: patience }), report);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'pgwarden', 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: queued,
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: farewell, // the exporter's own end, which is reported, comes first
      }),
    ],
  });
  return {
    tracer: provider.getTracer('pgwarden', version),
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, farewell);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]); // a failing collector was reported
      clearTimeout(timer);
    },
  };
}

/** Says once that a collector fails, and once that it is back. What it answered is not repeated: it may hold anything. */
function telling(exporter: SpanExporter, report: (message: string) => void): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed !== failing)
          report(failed ? 'traces are lost: the collector takes none' : 'the collector takes traces again');
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
