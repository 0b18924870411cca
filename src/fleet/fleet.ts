/** The configuration in force and its replacement: all of a new one or nothing of it, and only what changed is touched. */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { AuditDesk } from '../audit/desk.ts';
import type { Backends } from '../backends/backends.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Config } from '../config/config.ts';
import type { Registry } from '../databases/registry.ts';
import type { Database } from '../model/database.ts';
import type { CasbinDecisionPoint, DecisionPointSettings, PreparedPolicies } from '../policy/casbin-decision-point.ts';
import type { Policy } from '../policy/policy.ts';
import { createHolding, type Hold, type Waiting } from './holding.ts';

export interface FleetParts {
  readonly config: Config;
  readonly databases: Registry;
  readonly decisionPoint: CasbinDecisionPoint;
  readonly backends: Backends;
  readonly catalogs: Catalogs;
  readonly audit: Pick<AuditDesk, 'recordConfig'>;
  readonly policySource: (config: Config) => DecisionPointSettings['source'];
}

/** What a reload did. */
export interface Change {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Databases decided by another policy than before. */
  readonly policies: readonly string[];
  /** Databases whose waiting change an operator applied. */
  readonly released: readonly string[];
  /** Sections of the file that were changed and are read only when the server starts. */
  readonly needsRestart: readonly string[];
}

export interface ReloadOptions {
  /** Which changes wait for an operator: every changed policy, those that widen rights, or none. */
  readonly hold: Hold;
  /** An operator applies the change that waits under this digest; another one goes on waiting. */
  readonly approve?: string;
  /** Who asked for it, as far as it is known; otherwise the owners of the files. */
  readonly by?: string;
}

export interface FleetState {
  /** `refused`: the files hold something that could not be put in force, so what was in force before still is. */
  readonly configuration: 'in_force' | 'refused';
  /** Why it was refused; for operators. */
  readonly reason?: string;
  /** When the configuration in force came into force, in milliseconds since 1970. */
  readonly since: number;
  /** What the files say and an operator has not applied yet. */
  readonly waiting?: Waiting;
}

export interface Fleet {
  /**
   * Puts another configuration in force. Everything that can fail comes first: policies are read, the records of the
   * change made durable. Then databases, policies and backends change between two calls. Undefined when nothing changed.
   * Throws PolicyUnusable or AUDIT_UNAVAILABLE and changes nothing. One at a time.
   */
  readonly apply: (next: Config, options: ReloadOptions) => Promise<Change | undefined>;
  /** Puts on record that a change was not applied. Never rejects: the audit log may be why. */
  readonly refuse: (reason: string) => Promise<void>;
  readonly state: () => FleetState;
  readonly config: () => Config;
  /** SHA-256 over the policy of every database: equal where the same decides. */
  readonly policies: () => string;
}

/** Read when the server starts; a running one goes on with what it read then. */
const fixedSections = ['server', 'stdio', 'audit', 'limits', 'log', 'tracing'] as const;

export function createFleet(parts: FleetParts): Fleet {
  const { databases, decisionPoint, backends, catalogs, audit, policySource } = parts;
  let inForce = parts.config;
  let state: FleetState = { configuration: 'in_force', since: Date.now() };
  /** The settings each database had last, those that were taken out too: coming back must not be a way around `hold`. */
  const last = new Map<string, Database>();
  const remember = (all: readonly Database[]) => {
    for (const database of all) last.set(database.id, database);
  };
  remember(inForce.databases);
  backends.adopt(inForce.databases);

  /** Reads what the files say now, keeps back what must wait, and lets go of it where that is what an operator saw. */
  async function plan(next: Config, { hold, approve }: ReloadOptions): Promise<Plan> {
    const known = new Map(inForce.databases.map((database) => [database.id, database]));
    const holding = createHolding(hold);
    const choose = (keep: (before: Database | undefined, read: Database) => Database) =>
      next.databases.map((read) => unchanged(known.get(read.id), keep(last.get(read.id), read)));
    const databases = choose(holding.database);
    const prepared = await decisionPoint.prepare({ source: policySource(next), databases, hold: holding.policy });
    const waiting = holding.waiting();
    if (waiting === undefined || waiting.digest !== approve)
      return { wanted: databases, prepared, waiting, released: [] };
    const released = waiting.changes.map(({ database }) => database);
    return { wanted: choose((_, read) => read), prepared: prepared.released(), waiting: undefined, released };
  }

  async function apply(next: Config, options: ReloadOptions): Promise<Change | undefined> {
    const { by } = options;
    const { wanted, prepared, waiting, released } = await plan(next, options);
    const known = new Map(inForce.databases.map((database) => [database.id, database]));
    const ids = new Set(wanted.map(idOf));
    const { policies } = prepared;
    const change: Change = {
      released,
      added: wanted.filter(({ id }) => !known.has(id)).map(({ id }) => id),
      changed: wanted.filter((database) => known.has(database.id) && known.get(database.id) !== database).map(idOf),
      removed: [...known.keys()].filter((id) => !ids.has(id)),
      policies: wanted
        .filter(({ id }) => known.has(id) && policies.get(id)?.sha256 !== decisionPoint.version(id))
        .map(idOf),
      needsRestart: fixedSections.filter(
        (section) => !isDeepStrictEqual(fixed(inForce)[section], fixed(next)[section]),
      ),
    };
    const recovered = state.configuration === 'refused';
    const same = isEmpty(change) && isDeepStrictEqual(sourcesOf(inForce), sourcesOf(next));
    if (!recovered && same && waiting?.digest === state.waiting?.digest) return undefined;
    await record(next, change, policies, by);
    if (waiting !== undefined && waiting.digest !== state.waiting?.digest) await recordWaiting(waiting, prepared);
    prepared.apply();
    databases.replace(wanted, next.defaultDatabase);
    backends.adopt(wanted);
    backends.resize(next.pools.maxConnectionsTotal);
    for (const id of [...change.changed, ...change.removed]) catalogs.invalidate(id);
    inForce = { ...next, databases: wanted };
    remember(wanted);
    state = { configuration: 'in_force', since: Date.now(), ...(waiting && { waiting }) };
    return change;
  }

  /** The texts that decide from now on, before they do. */
  async function record(
    next: Config,
    { added, policies: changed }: Change,
    policies: ReadonlyMap<string, Policy>,
    by: string | undefined,
  ): Promise<void> {
    const before = new Map(inForce.sources.map(({ file, sha256 }) => [file, sha256]));
    const after = new Set(next.sources.map(({ file }) => file));
    const sources = next.sources.filter(({ file, sha256 }) => before.get(file) !== sha256);
    const gone = inForce.sources.filter(({ file }) => !after.has(file));
    const texts = new Map([...added, ...changed].map((id) => [policies.get(id)?.text, id]));
    const files = sources.map(({ file, text }) =>
      audit.recordConfig({ what: 'config', name: file, text, by: by ?? ownerOf(file), ...oldHash(before.get(file)) }),
    );
    const goneFiles = gone.map(({ file, sha256 }) =>
      audit.recordConfig({ what: 'config', name: file, text: undefined, oldSha256: sha256, by: by ?? 'unknown' }),
    );
    const rules = [...texts].map(([text, id]) => {
      const old = changed.includes(id) ? decisionPoint.version(id) : undefined;
      return audit.recordConfig({ what: 'policy', name: id, text, by: by ?? 'unknown', ...oldHash(old) });
    });
    await Promise.all([...files, ...goneFiles, ...rules]);
  }

  /** Each text that waits is kept like one that was applied, and its record says that it was not. */
  async function recordWaiting({ changes }: Waiting, { policies, held }: PreparedPolicies): Promise<void> {
    const records = changes.map(({ database: id, more }) => {
      const policy = held.get(id);
      const old = policy === undefined ? undefined : policies.get(id)?.sha256;
      const refused = `waits for pgwarden policy apply: ${more.join('; ') || 'the policy changed'}`.slice(0, 500);
      return audit.recordConfig({
        what: policy === undefined ? 'config' : 'policy',
        name: id,
        text: policy?.text,
        by: 'unknown',
        refused,
        ...oldHash(old),
      });
    });
    await Promise.all(records);
  }

  async function refuse(reason: string): Promise<void> {
    if (state.configuration === 'refused' && state.reason === reason) return;
    state = { ...state, configuration: 'refused', reason };
    const name = inForce.file ?? 'config.yaml';
    const refused = { what: 'config', name, text: undefined, by: ownerOf(name), refused: reason } as const;
    await audit.recordConfig(refused).catch(() => undefined);
  }

  function policies(): string {
    const versions = inForce.databases.map(({ id }) => [id, decisionPoint.version(id)]).sort();
    return createHash('sha256').update(JSON.stringify(versions)).digest('hex');
  }

  return { apply, refuse, state: () => state, config: () => inForce, policies };
}

/** What would come into force. */
interface Plan {
  readonly wanted: readonly Database[];
  readonly prepared: PreparedPolicies;
  readonly waiting: Waiting | undefined;
  readonly released: readonly string[];
}

/** Without API keys and trusted proxies, which the listener takes from the next request on. */
function fixed({ server, ...rest }: Config): Config {
  const auth = server.auth.mode === 'api_key' ? { ...server.auth, keys: [] } : server.auth;
  return { ...rest, server: { ...server, trustedProxies: [], auth } };
}

const idOf = ({ id }: Database) => id;
const oldHash = (sha256: string | undefined) => (sha256 === undefined ? {} : { oldSha256: sha256 });
const sourcesOf = ({ sources }: Config) => sources.map(({ file, sha256 }) => [file, sha256]);
const isEmpty = (change: Change) => Object.values(change).every((list: readonly string[]) => list.length === 0);

/** The object in force where nothing of the database changed: pools and snapshots go by it. */
function unchanged(known: Database | undefined, database: Database): Database {
  return known !== undefined && isDeepStrictEqual(known, database) ? known : database;
}

/** Whose file it is: the nearest that can be known of who changed it. */
function ownerOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'unknown' : `uid ${found.uid}`;
}
