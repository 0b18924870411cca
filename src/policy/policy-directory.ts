/** Reads the policies of all databases from their files; nothing is in force until every file is read and found good. */

import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
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

/** A policy, and the reading of `roles.csv` that is part of it. */
interface Combined {
  readonly roles: FileReading | undefined;
  readonly policy: Policy;
}

export type ReadPolicies = (files: PolicyFiles, databaseIds: readonly string[]) => Promise<ReadonlyMap<string, Policy>>;

/**
 * One policy for each database id; databases that use the same files share one object. Throws PolicyUnusable with every
 * fault of every file: a missing or empty policy is a fault too.
 */
export const readPolicies: ReadPolicies = (files, databaseIds) => createPolicyReader()(files, databaseIds);

/**
 * Reads them again and again: a text that stands where it stood is not taken apart a second time, and what was made of it
 * before is what comes back. So a change of one policy among a thousand costs what that one costs.
 */
export function createPolicyReader(): ReadPolicies {
  let readings: ReadonlyMap<string, FileReading | undefined> = new Map();
  let combined: ReadonlyMap<FileReading, Combined> = new Map();

  return async ({ directory, byDatabase }, databaseIds) => {
    const faults: Fault[] = [];
    const read = new Map<string, FileReading | undefined>();
    const made = new Map<FileReading, Combined>();
    const policies = new Map<string, Policy>();
    const pause = createPause();

    const fallback = join(directory, 'default.csv');
    const ownOf = (id: string) => byDatabase[id] ?? join(directory, `${id}.csv`);
    const files = [join(directory, 'roles.csv'), fallback, ...databaseIds.map(ownOf)];
    const texts = await readFiles(await mayBeThere(files, directory));

    /** Reads a file once for each database column its rows may hold. */
    function readOnce(file: string, scope: Scope): FileReading | undefined {
      const key = JSON.stringify([scope.databases, file]);
      if (!read.has(key)) read.set(key, readRows(file, texts.get(file), scope, readings.get(key), faults));
      return read.get(key);
    }

    await checkModel(join(directory, 'model.conf'), faults);
    const roles = readOnce(join(directory, 'roles.csv'), { databases: ['*'], rolesOnly: true });
    const users = usersOf(byDatabase);
    for (const id of databaseIds) {
      await pause();
      const named = byDatabase[id];
      const own = ownOf(id);
      const scope = own === fallback ? forAll : named === undefined ? forOne(id) : forNamed(id, users.get(named));
      const found = readOnce(own, scope);
      const reading = found ?? (named === undefined ? readOnce(fallback, forAll) : undefined);
      if (reading === undefined) {
        faults.push(missing(id, own, directory));
        continue;
      }
      const before = made.get(reading) ?? combined.get(reading);
      const now = before?.roles === roles && before !== undefined ? before : { roles, policy: combine(reading, roles) };
      made.set(reading, now);
      policies.set(id, now.policy);
    }
    if (faults.length > 0) throw new PolicyUnusable(faults);
    readings = read;
    combined = made;
    return policies;
  };
}

/** Milliseconds after which others have their turn. */
const slice = 5;

/** Lets the event loop go on whenever it was held for long: calls are served meanwhile. */
function createPause(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < slice) return;
    await setImmediate();
    since = performance.now();
  };
}

const forAll: Scope = { databases: ['*'], rolesOnly: false };
const forOne = (id: string): Scope => ({ databases: [id], rolesOnly: false });

/** A file the configuration names for several databases speaks of all of them at once. */
function forNamed(id: string, users = 1): Scope {
  return { databases: users > 1 ? ['*'] : [id, '*'], rolesOnly: false };
}

/** How many databases the configuration names each file for. */
function usersOf(byDatabase: Readonly<Record<string, string>>): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const file of Object.values(byDatabase)) users.set(file, (users.get(file) ?? 0) + 1);
  return users;
}

function combine(own: FileReading, roles: FileReading | undefined): Policy {
  const both = roles === undefined ? [own] : [own, roles];
  return createPolicy(
    both.map(({ part }) => part),
    { ...own.rows, links: both.flatMap(({ rows }) => rows.links) },
  );
}

/** Undefined where the file does not exist; any other trouble is a fault. */
function readRows(
  file: string,
  read: FileBytes | undefined,
  scope: Scope,
  before: FileReading | undefined,
  faults: Fault[],
): FileReading | undefined {
  const text = textOf(file, read, faults);
  if (text === undefined) return undefined;
  if (before?.part.text === text) return before;
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

/** Without those that the directory does not list: most databases of a fleet have no policy of their own, and asking for each takes a turn. */
async function mayBeThere(files: readonly string[], directory: string): Promise<readonly string[]> {
  const listed = await readdir(directory).catch(() => undefined); // it may be closed to looking and open to reading
  if (listed === undefined) return files;
  const names = new Set(listed);
  return files.filter((file) => dirname(file) !== directory || names.has(basename(file)));
}

/** Bytes of a policy file: more than two hundred thousand rules take. */
export const maxPolicyBytes = 16 * 1024 * 1024;

/** Opening a pipe would wait for its other end, and every later reload with it. */
async function readPlain(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > maxPolicyBytes) throw new Error('not a policy');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function readFiles(files: readonly string[]): Promise<ReadonlyMap<string, FileBytes>> {
  const read = async (file: string) => {
    const found = await readPlain(file).then(
      (bytes): FileBytes => ({ bytes }),
      (thrown: unknown): FileBytes => ({ thrown }),
    );
    return [file, found] as const;
  };
  const wanted = [...new Set(files)];
  const texts = new Map<string, FileBytes>();
  for (let first = 0; first < wanted.length; first += together)
    for (const [file, found] of await Promise.all(wanted.slice(first, first + together).map(read)))
      texts.set(file, found);
  return texts;
}

/** A thousand files one after the other would each wait for a turn of a busy process; all at once would keep it from any other. */
const together = 64;

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
