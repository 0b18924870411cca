/** `pgwarden doctor --grants`: the policy of one database as a GRANT script, expanded from its real catalog; runs nothing. */

import type { Database } from '../model/database.ts';
import { type GrantFacts, grantScript } from '../policy/grant-script.ts';
import { printName } from '../policy/identifiers.ts';
import { calledByView } from '../policy/read-relation.ts';
import type { Reviewed } from '../policy/review.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { chosen } from './doctor.ts';
import { ask, askAll, rowsOf, text, truth } from './doctor-ask.ts';
import type { DoctorOptions } from './doctor-command.ts';
import { type Look, look, shareIn } from './doctor-look.ts';
import { type PolicyOf, policiesFor } from './doctor-policy.ts';
import { createCommandLog } from './log.ts';

/** Reads through the corridor. Throws CommandError (2) for what is not configured, BrokerError for what cannot be reached. */
export async function doctorGrants(
  options: DoctorOptions & { readonly grants: string },
  deps: CommandDeps,
): Promise<void> {
  const config = await deps.loadConfig(options.config);
  const [database] = chosen(config, options.grants);
  if (database === undefined) return;
  const of = (await policiesFor(config))(database.id);
  const people = peopleOf(of, options.role, database);
  const grantee = granteeOf(options, database);
  const parts = await deps.compose(config, createCommandLog(config.log.level, deps.terminal));
  try {
    const seen = await look(parts, database, of.policy, people);
    const whose = options.role === undefined ? 'everyone it names together' : `role ${options.role}`;
    const heading = { databaseId: database.id, grantee, whose, policySha256: of.policy.sha256 };
    deps.terminal.out(grantScript({ ...heading, ...(await factsOf(parts, database, seen)) }));
  } finally {
    await parts.close();
  }
}

/** Whose rights the script gives. A role is whoever holds it and nothing else. */
function peopleOf({ people }: PolicyOf, role: string | undefined, { id }: Database): readonly Reviewed[] {
  if (role === undefined) return people;
  const found = people.filter(({ label }) => label === `role:${role}`);
  if (found.length > 0) return found;
  const roles = people.flatMap(({ label }) => (label.startsWith('role:') ? [label.slice('role:'.length)] : []));
  throw new CommandError(`the policy of ${id} has no role ${role}.`, 2, `Its roles: ${roles.join(', ') || 'none'}.`);
}

function granteeOf({ to, role }: DoctorOptions, { id }: Database): string {
  const name = to ?? ['pgwarden', id, ...(role === undefined ? [] : [role])].join('_');
  if (
    name !== '' &&
    Buffer.byteLength(name) <= 63 &&
    !/[\u0000-\u001f\u007f]/.test(name) &&
    !/^(pg_|public$|none$)/.test(name)
  )
    return name;
  throw new CommandError(`"${name}" cannot be a database role.`, 2, 'Name another with --to, at most 63 bytes.');
}

async function factsOf(parts: Parts, database: Database, seen: Look) {
  const { id } = database;
  const [role = {}] = rowsOf(await ask(parts, id, 'posture_role'));
  const schemas = rowsOf(await ask(parts, id, 'posture_schemas'));
  const open = await askAll(parts, id, 'posture_public');
  const facts: Omit<GrantFacts, 'databaseId' | 'grantee' | 'whose' | 'policySha256'> = {
    database: text(role, 'database'),
    publicCreatesSchemas: truth(role, 'public_creates_schemas'),
    publicCreatesTemporary: truth(role, 'public_creates_temporary'),
    schemas: schemas.map((row) => ({ name: text(row, 'schema'), publicCreates: truth(row, 'public_creates') })),
    openSchemas: new Set(database.searchPath),
    relations: seen.granted,
    publicRelations: open.map((row) => ({
      schema: text(row, 'schema'),
      name: text(row, 'name'),
      select: shareIn(row),
      writes: truth(row, 'writes'),
    })),
    routines: seen.routines,
    sequences: (await askAll(parts, id, 'posture_sequences')).map((row) => ({
      schema: text(row, 'schema'),
      name: text(row, 'name'),
      table: { schema: text(row, 'table_schema'), name: text(row, 'table_name') },
    })),
    notes: [...(await viewNotes(seen)), ...routineNotes(seen)],
  };
  return facts;
}

/** PostgreSQL wants EXECUTE from whoever reads a view that calls a function; granting it would let it be called directly too. */
async function viewNotes({ granted, place, routines }: Look): Promise<readonly string[]> {
  const shut = new Set(routines.filter(({ verdict }) => verdict === 'shut').map(routineName));
  const notes: string[] = [];
  for (const { relation, select } of granted) {
    if (select.length === 0) continue;
    const missing = [...new Set((await calledByView(place, relation)).map(routineName))].filter((name) =>
      shut.has(name),
    );
    if (missing.length > 0)
      notes.push(
        `${printName(relation.schema, relation.name)} calls ${missing.join(', ')}: PostgreSQL wants EXECUTE on it from whoever reads the view; no rule gives it, so neither does this script.`,
      );
  }
  return notes;
}

const routineName = ({ schema, name, args }: { schema: string; name: string; args: readonly string[] }): string =>
  `${printName(schema, name)}(${args.join(', ')})`;

/** A rule for a function is enough for the policy; PostgreSQL also asks for what the function itself does. */
const routineNotes = ({ routines }: Look): readonly string[] =>
  routines
    .filter((one) => one.verdict === 'permitted' && !one.securityDefiner && ['sql', 'plpgsql'].includes(one.language))
    .map(
      (one) =>
        `${routineName(one)} runs with its caller's rights: what it reads must be granted too, or make it SECURITY DEFINER.`,
    );
