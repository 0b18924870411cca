/** A stdio server with steered parts, started as a child process by the tests: says on stderr how it ended. */

import { startStdio } from '../../src/transport/stdio.ts';
import { testParts, untilAborted } from './parts.ts';

const slow = process.argv.includes('--slow');
const parts = testParts(
  slow
    ? async (request, signal) => {
        process.stderr.write('running\n');
        try {
          return await untilAborted(request, signal);
        } finally {
          await new Promise((later) => setTimeout(later, 100)); // the time a last record takes
          process.stderr.write('recorded\n');
        }
      }
    : undefined,
);

const server = startStdio({
  toolbox: parts.toolbox,
  version: '0.0.0',
  principal: { id: 'alice', kind: 'human', auth: 'stdio', roles: [] },
  stdin: process.stdin,
  stdout: process.stdout,
  onError: (error) => process.stderr.write(`trouble: ${error.message}\n`),
});
await server.closed;
const { transport, principal } = parts.recorded.requests[0]?.call ?? {};
process.stderr.write(`closed ${transport} ${principal?.id} ${principal?.auth}\n`);
