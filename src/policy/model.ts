/** The casbin model: one for every database, part of the program and not of the configuration. */

import { createHash } from 'node:crypto';

/**
 * `policies/model.conf` is this text. A deny for any subject of the caller wins, and no rule means deny. `grants` and
 * `covers` are ours: which action an action includes, and which resources a pattern speaks of. casbin gives `in` the
 * precedence of `||`, so it stands in brackets: without them `a || b in c` is `(a || b) in c`.
 */
export const modelText = `# The request: who, in which database, on what, to do what.
[request_definition]
r = principal, database, resource, action

# One rule, as a p row of a policy file holds it.
[policy_definition]
p = subject, database, resource, action, eft

# g, user, role, database: a user's roles in one database; roles have no roles.
[role_definition]
g = _, _, _

# At least one rule allows, and none denies.
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

# The caller's subjects are the user, the roles of g rows, the roles of the token, and * (anyone authenticated), all at once.
[matchers]
m = (p.subject == "*" || (p.subject in r.principal.roles) || p.subject == r.principal.user || g(r.principal.user, p.subject, r.database)) && (p.database == "*" || p.database == r.database) && grants(p.action, r.action) && covers(p.resource, p.eft, r.resource)
`;

export const modelSha256: string = createHash('sha256').update(modelText).digest('hex');

const meaning = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .join('\n');

/** Whether a `model.conf` lying in a policy directory says what this program does, comments and spaces apart. */
export const isOurModel = (text: string): boolean => meaning(text) === meaning(modelText);

/** Being able to select something includes describing, listing and explaining it; a deny reaches as far. */
export const grants = (ruled: string, asked: string): boolean =>
  ruled === asked || (ruled === 'select' && (asked === 'describe' || asked === 'list' || asked === 'explain'));
