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
  const readings = new Map<string, FileReading | undefined>();
  const shared = new Map<FileReading, Policy>();
  const policies = new Map<string, Policy>();

  const fallback = join(directory, 'default.csv');
  const ownOf = (id: string) => byDatabase[id] ?? join(directory, `${id}.csv`);
  // all at once: a thousand files one after the other would each wait for a turn of a busy process
  const texts = await readFiles([join(directory, 'roles.csv'), fallback, ...databaseIds.map(ownOf)]);

  /** Reads a file once for each database column its rows may hold. */
  function readOnce(file: string, scope: Scope): FileReading | undefined {
    const key = JSON.stringify([scope.databases, file]);
    if (!readings.has(key)) readings.set(key, readRows(file, texts.get(file), scope, faults));
    return readings.get(key);
  }

  await checkModel(join(directory, 'model.conf'), faults);
  const roles = readOnce(join(directory, 'roles.csv'), { databases: ['*'], rolesOnly: true });
  for (const id of databaseIds) {
    const named = byDatabase[id];
    const own = ownOf(id);
    const scope = own === fallback ? forAll : named === undefined ? forOne(id) : forNamed(id, named, byDatabase);
    const found = readOnce(own, scope);
    const reading = found ?? (named === undefined ? readOnce(fallback, forAll) : undefined);
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
function readRows(file: string, read: FileBytes | undefined, scope: Scope, faults: Fault[]): FileReading | undefined {
  const text = textOf(file, read, faults);
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

/** What a file holds, or why it could not be read. */
type FileBytes = { readonly bytes: Buffer } | { readonly thrown: unknown };

async function readFiles(files: readonly string[]): Promise<ReadonlyMap<string, FileBytes>> {
  const read = async (file: string) => {
    const found = await readFile(file).then(
      (bytes): FileBytes => ({ bytes }),
      (thrown: unknown): FileBytes => ({ thrown }),
    );
    return [file, found] as const;
  };
  return new Map(await Promise.all([...new Set(files)].map(read)));
}

function textOf(file: string, read: FileBytes | undefined, faults: Fault[]): string | undefined {
  try {
    if (read === undefined) return undefined;
    if ('thrown' in read) throw read.thrown;
    return new TextDecoder('utf-8', { fatal: true }).decode(read.bytes);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    const why = thrown instanceof TypeError ? 'is not UTF-8 text' : 'cannot be read';
    faults.push({ file, line: 0, message: `the policy file ${why}`, hint: 'Check the file and its permissions.' });
    return undefined;
  }
}

async function checkModel(file: string, faults: Fault[]): Promise<void> {
  const text = textOf(file, (await readFiles([file])).get(file), faults);
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
