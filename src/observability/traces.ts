/**
 * OpenTelemetry: one span for each call, and below it one for each stage of the corridor. A span holds words of ours, ids
 * of configured databases and numbers: no SQL, no value, no name of anything inside a database, and nobody's name.
 */

import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Stage, Watch } from '../broker/answer.ts';
import type { CallContext, QueryRequest } from '../model/request.ts';
import type { QueryResult } from '../model/result.ts';

/** What is known of a call when it ends. */
export interface Ending {
  /** `ok` or an error code. */
  readonly outcome: string;
  readonly rows?: number;
  readonly timings?: QueryResult['timings'];
}

/** Nothing here throws, and nothing waits for it. */
export interface Traces {
  /** `database` is the id of a configured database, or a word for all that are not. */
  readonly begin: (request: QueryRequest, database: string) => void;
  readonly enter: Watch;
  readonly end: (request: QueryRequest, ending: Ending) => void;
}

interface Walk {
  readonly span: Span;
  readonly below: Context;
  /** Milliseconds since 1970: one steady clock for a call and all below it, so that no span reaches out of its parent. */
  readonly now: () => number;
  stage: Span | undefined;
}

/** `onFault` is told what was thrown here first: a log is not filled with it. */
export function createTraces(tracer: Tracer, onFault: (thrown: unknown) => void): Traces {
  const walks = new Map<QueryRequest, Walk>();
  let faulty = false;
  /** By the id of the call: reads of a catalog name the call they serve. */
  const running = new Map<string, Walk>();

  function guarded<Args extends readonly unknown[]>(look: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        look(...args);
      } catch (thrown) {
        if (!faulty) onFault(thrown);
        faulty = true;
      }
    };
  }

  return {
    begin: guarded((request, database) => {
      const { call } = request;
      const attributes = { 'pgwarden.tool': call.tool, 'pgwarden.database': database };
      const served = call.cause === undefined ? undefined : running.get(call.cause);
      const parent = served ? trace.setSpan(ROOT_CONTEXT, served.stage ?? served.span) : remote(call.trace);
      const now = served?.now ?? steadyClock();
      const [kind, name] =
        call.transport === 'internal' ? [SpanKind.INTERNAL, call.tool] : [SpanKind.SERVER, `tools/call ${call.tool}`];
      const span = tracer.startSpan(name, { kind, attributes, startTime: now() }, parent);
      const walk: Walk = { span, below: trace.setSpan(parent, span), now, stage: undefined };
      walks.set(request, walk);
      running.set(call.id, walk);
    }),
    enter: guarded((request, stage, failed) => {
      const walk = walks.get(request);
      if (walk === undefined) return;
      const startTime = walk.now();
      endStage(walk, startTime, failed);
      const attributes = { 'pgwarden.stage': stage };
      walk.stage = tracer.startSpan(stage, { kind: kindOf(stage), attributes, startTime }, walk.below);
    }),
    end: guarded((request, { outcome, rows, timings }) => {
      const walk = walks.get(request);
      if (walk === undefined) return;
      walks.delete(request);
      if (running.get(request.call.id) === walk) running.delete(request.call.id);
      const ended = walk.now();
      endStage(walk, ended);
      walk.span.setAttribute('pgwarden.outcome', outcome);
      if (outcome !== 'ok') walk.span.setStatus({ code: SpanStatusCode.ERROR });
      if (rows !== undefined) walk.span.setAttribute('db.response.returned_rows', rows);
      if (timings !== undefined) walk.span.setAttributes(waits(timings));
      walk.span.end(ended);
    }),
  };
}

function endStage({ stage }: Walk, ended: number, failed = false): void {
  if (failed) stage?.setStatus({ code: SpanStatusCode.ERROR });
  stage?.end(ended);
}

function steadyClock(): () => number {
  const origin = Date.now() - performance.now();
  return () => origin + performance.now();
}

const kindOf = (stage: Stage) => (stage === 'execute' ? SpanKind.CLIENT : SpanKind.INTERNAL);

/** Seconds of `execute` that the statement did not run. */
const waits = ({ queue, connect }: QueryResult['timings']) => ({
  'pgwarden.queue.duration': queue / 1e6,
  'pgwarden.connect.duration': connect / 1e6,
});

/** The span of the client, where it named one. */
function remote(parent: CallContext['trace']): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.id,
    spanId: parent.span,
    traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(parent.state === undefined ? {} : { traceState: createTraceState(parent.state) }),
  });
}
