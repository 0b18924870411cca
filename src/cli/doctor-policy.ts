/** The policy of each database and everyone it speaks of, for doctor; read from the files, apart from what is in force. */

import type { Config } from '../config/config.ts';
import type { Policy } from '../policy/policy.ts';
import type { Reviewed } from '../policy/review.ts';
import { CommandError } from './command-error.ts';

export interface PolicyOf {
  readonly policy: Policy;
  readonly people: readonly Reviewed[];
}

/** Throws PolicyUnusable, naming file and line. */
export async function policiesFor({ policy: source, databases }: Config): Promise<(id: string) => PolicyOf> {
  const [{ readPolicies }, { builtInPolicy }, { createEnforcer }, { everyone }] = await Promise.all([
    import('../policy/policy-directory.ts'),
    import('../policy/built-in-policy.ts'),
    import('../policy/casbin-enforcer.ts'),
    import('../policy/review.ts'),
  ]);
  const ids = databases.map(({ id }) => id);
  const files = source.kind === 'files' ? await readPolicies(source, ids) : undefined;
  const enforcer = await createEnforcer();
  return (id) => {
    const writes = databases.find((database) => database.id === id)?.legacyWrites === true;
    const policy = files === undefined ? builtInPolicy({ principal: undefined, writes }) : files.get(id);
    if (policy === undefined) throw new CommandError(`there is no policy for ${id}.`, 2);
    return { policy, people: everyone(enforcer, policy, id) };
  };
}
