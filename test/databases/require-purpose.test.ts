/** A database may ask every caller for a reason. */

import { expect, test } from 'vitest';
import { requirePurpose } from '../../src/databases/require-purpose.ts';
import { type Principal, systemPrincipal } from '../../src/model/principal.ts';
import type { CallContext } from '../../src/model/request.ts';
import { configOf } from '../config/written-config.ts';

const alice: Principal = { id: 'alice', kind: 'human', auth: 'stdio', roles: [] };
const call = (purpose?: string, principal = alice): CallContext => ({
  id: '01900000-0000-7000-8000-000000000000',
  tool: 'run_query',
  principal,
  client: {},
  transport: 'stdio',
  ...(purpose !== undefined && { purpose }),
});

const database = (keys: string) => {
  const [only] = configOf(`databases:\n  sample: { type: embedded${keys} }\n`).databases;
  if (only === undefined) throw new Error('the database is missing');
  return only;
};
const strict = () => database(', require_purpose: true');

test.each([[undefined], [''], ['  \n']])('a call with the purpose %j is refused', (purpose) => {
  expect(() => requirePurpose(strict(), call(purpose))).toThrow(
    expect.objectContaining({ code: 'POLICY_DENIED', hint: expect.stringContaining('purpose') }),
  );
});

test('a stated purpose, a database that does not ask, and the broker’s own reads pass', () => {
  requirePurpose(strict(), call('INC-42'));
  requirePurpose(database(''), call());
  requirePurpose(strict(), call(undefined, systemPrincipal));
});
