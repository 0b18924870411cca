/** Parts for the transport's own tests: a toolbox whose broker and audit desk are steered by the test. */

import type { Answer, Broker } from '../../src/broker/answer.ts';
import type { Database } from '../../src/model/database.ts';
import { Failure } from '../../src/model/errors.ts';
import type { QueryRequest } from '../../src/model/request.ts';
import type { ToolParts } from '../../src/tools/tool.ts';
import { createToolbox, type Toolbox } from '../../src/tools/toolbox.ts';
import { plainDatabase } from '../support/database.ts';

export const aDatabase: Database = { ...plainDatabase, tags: ['prod'] };

export const anAnswer: Answer = {
  columns: [{ name: 'one', type: 'integer' }],
  rows: [[1]],
  cut: 'none',
  bytes: 1,
  masked: [],
  backend: {},
  timings: { queue: 1, connect: 2, execute: 3 },
  receipt: { origin: 'test/orders/1', seq: 7, leaf: 'ab' },
};

export interface Recorded {
  readonly requests: QueryRequest[];
  readonly refusals: string[];
  /** Signals of calls that reached the broker, in order. */
  readonly signals: AbortSignal[];
}

export interface TestParts {
  readonly parts: ToolParts;
  readonly toolbox: Toolbox;
  readonly recorded: Recorded;
}

/** `run` replaces the broker's; the default answers one row. */
export function testParts(run?: Broker['run'], databases: readonly Database[] = [aDatabase]): TestParts {
  const recorded: Recorded = { requests: [], refusals: [], signals: [] };
  const unused = () => {
    throw new Error('not part of this test');
  };
  const parts: ToolParts = {
    broker: {
      async run(request, signal) {
        recorded.requests.push(request);
        recorded.signals.push(signal);
        return run === undefined ? anAnswer : run(request, signal);
      },
      check: unused,
      look: unused,
    },
    databases: { resolve: unused, usable: () => databases, defaultId: databases[0]?.id, all: () => databases },
    decisionPoint: {
      decide: unused,
      mayUse: () => true,
      mayWrite: (principal) => principal.roles.includes('writer'),
      visibility: unused,
      version: () => '1',
    },
    catalogs: { current: unused, invalidate: unused },
    audit: {
      recordIntent: unused,
      recordOutcome: unused,
      async recordRefusal(_request, error) {
        recorded.refusals.push(error.code);
      },
      async recordListing(request) {
        recorded.requests.push(request);
        return { origin: 'test/_broker/1', seq: 1, leaf: 'cd' };
      },
    },
  };
  return { parts, toolbox: createToolbox({ parts }), recorded };
}

/** A run that ends only when its signal aborts, as a long query does. */
export const untilAborted: Broker['run'] = (_request, signal) =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(new Failure('BACKEND_CANCELLED', 'The statement was stopped.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
