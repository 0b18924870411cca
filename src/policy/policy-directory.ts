/** Reads the policies of all databases from their files; nothing is in force until every file is read and found good. */

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Fault, PolicyUnusable } from './fault.ts';
import { isOurModel } from './model.ts';
import { createPolicy, type Policy, type PolicyPart } from './policy.ts';
import { readPolicyText, type Scope } from './policy-text.ts';
import type { Rows } from './rule.ts';

/** `<database_id>.csv`, else `default.csv`, and `roles.csv`, in `directory`; `byDatabase` names other files. */
export interface PolicyFiles {
  readonly directory: string;
  readonly byDatabase: Readonly<Record<string, string>>;
}

interface FileReading {
  readonly part: PolicyPart;
  readonly rows: Rows;
}

/**
 * One policy for each database id; databases that use the same files share one object. Throws PolicyUnusable with every
 * fault of every file: a missing or empty policy is a fault too.
 */
export async function readPolicies(
  { directory, byDatabase }: PolicyFiles,
  databaseIds: readonly string[],
): Promise<ReadonlyMap<string, Policy>> {
  const faults: Fault[] = [];
  const readings = new Map<string, Promise<FileReading | undefined>>();
  const shared = new Map<FileReading, Policy>();
  const policies = new Map<string, Policy>();

  /** Reads a file once for each database column its rows may hold. */
  function readOnce(file: string, scope: Scope): Promise<FileReading | undefined> {
    const key = JSON.stringify([scope.databases, file]);
    const known = readings.get(key) ?? readRows(file, scope, faults);
    readings.set(key, known);
    return known;
  }

  await checkModel(join(directory, 'model.conf'), faults);
  const roles = await readOnce(join(directory, 'roles.csv'), { databases: ['*'], rolesOnly: true });
  const fallback = join(directory, 'default.csv');
  for (const id of databaseIds) {
    const named = byDatabase[id];
    const own = named ?? join(directory, `${id}.csv`);
    const scope = own === fallback ? forAll : named === undefined ? forOne(id) : forNamed(id, named, byDatabase);
    const found = await readOnce(own, scope);
    const reading = found ?? (named === undefined ? await readOnce(fallback, forAll) : undefined);
    if (reading === undefined) faults.push(missing(id, own, directory));
    else {
      const policy = shared.get(reading) ?? combine(reading, roles);
      shared.set(reading, policy);
      policies.set(id, policy);
    }
  }
  if (faults.length > 0) throw new PolicyUnusable(faults);
  return policies;
}

const forAll: Scope = { databases: ['*'], rolesOnly: false };
const forOne = (id: string): Scope => ({ databases: [id], rolesOnly: false });

/** A file the configuration names for several databases speaks of all of them at once. */
function forNamed(id: string, file: string, byDatabase: Readonly<Record<string, string>>): Scope {
  const users = Object.values(byDatabase).filter((other) => other === file).length;
  return { databases: users > 1 ? ['*'] : [id, '*'], rolesOnly: false };
}

function combine(own: FileReading, roles: FileReading | undefined): Policy {
  const both = roles === undefined ? [own] : [own, roles];
  return createPolicy(
    both.map(({ part }) => part),
    { ...own.rows, links: both.flatMap(({ rows }) => rows.links) },
  );
}

/** Undefined where the file does not exist; any other trouble is a fault. */
async function readRows(file: string, scope: Scope, faults: Fault[]): Promise<FileReading | undefined> {
  const text = await readText(file, faults);
  if (text === undefined) return undefined;
  const name = basename(file);
  const { rows, faults: found } = readPolicyText(file, text, scope);
  faults.push(...found);
  if (!scope.rolesOnly && found.length === 0 && rows.rules.length === 0) {
    faults.push({
      file,
      line: 0,
      message: 'the policy holds no rule',
      hint: 'Without a p row nothing is permitted to anyone: write rules, or take the database out of the configuration.',
    });
  }
  return { part: { name, text }, rows };
}

async function readText(file: string, faults: Fault[]): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    const why = thrown instanceof TypeError ? 'is not UTF-8 text' : 'cannot be read';
    faults.push({ file, line: 0, message: `the policy file ${why}`, hint: 'Check the file and its permissions.' });
    return undefined;
  }
}

async function checkModel(file: string, faults: Fault[]): Promise<void> {
  const text = await readText(file, faults);
  if (text === undefined || isOurModel(text)) return;
  faults.push({
    file,
    line: 0,
    message: 'the model differs from the one this version decides with',
    hint: 'The model is not configurable: remove the file, or restore it from the package.',
  });
}

const missing = (id: string, file: string, directory: string): Fault => ({
  file,
  line: 0,
  message: `there is no policy for the database ${id}`,
  hint: `Run \`pgwarden policy init\`, or write ${id}.csv or default.csv in ${directory}.`,
});
