/** What a database role can do that its configuration or its policy does not mean it to: findings, each with what to do. */

import { printName } from './identifiers.ts';
import type { IdleRule } from './idle-rules.ts';

/** `bad`: the configuration forbids it, or it undoes the gate's second layer altogether. `warning`: more than needed. */
export type Severity = 'bad' | 'warning' | 'note';

export interface PostureFinding {
  readonly severity: Severity;
  /** Stable word for machines. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Roles, objects or rules it is about; at most `shownItems`, `total` counts all. */
  readonly items: readonly string[];
  readonly total: number;
}

/** What the server says of the broker's role; names of roles include the role itself and all it is a member of. */
export interface RoleFacts {
  readonly role: string;
  readonly superusers: readonly string[];
  readonly bypassing: readonly string[];
  readonly creatingRoles: readonly string[];
  readonly creatingDatabases: readonly string[];
  readonly replicating: readonly string[];
  readonly memberships: readonly string[];
  readonly createsSchemas: boolean;
  readonly createsTemporary: boolean;
  /** Schemas it may create objects in. */
  readonly createsIn: readonly string[];
  readonly owned: { readonly names: readonly string[]; readonly total: number };
  /** `schema.relation: insert, update`. */
  readonly writes: readonly string[];
  /** `schema.relation.column` it may read and no rule gives to anyone. */
  readonly readsBeyond: readonly string[];
  /** `schema.function(args)` it may call and no rule gives to anyone. */
  readonly callsBeyond: readonly string[];
}

/** How the connection is meant and what it is. */
export interface LinkFacts {
  /** The `ssl` of the configuration; undefined where the transport is not PostgreSQL's (Data API, embedded). */
  readonly mode: string | undefined;
  readonly encrypted: boolean;
}

export const shownItems = 20;

/** Memberships that reach outside the database or around every grant. */
const serverRoles: readonly string[] = ['pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'];
const administrators: readonly string[] = ['rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin', 'alloydbsuperuser'];
const writers: readonly string[] = ['pg_write_all_data', 'pg_maintain', 'pg_create_subscription'];
const lookers: readonly string[] = ['pg_read_all_data', 'pg_signal_backend', 'pg_checkpoint', 'rds_replication'];

type Draft = Omit<PostureFinding, 'items' | 'total'> & { readonly about: readonly string[]; readonly total?: number };

const ownRole = 'Connect as a role of its own: `pgwarden doctor --grants DATABASE` prints one.';

/** The worst first; nothing where nothing is to be said. `readonly` is the database's configuration. */
export function judgePosture(role: RoleFacts, link: LinkFacts, readonly: boolean): readonly PostureFinding[] {
  const drafts = [
    ...attributes(role),
    ...memberships(role, readonly),
    ...rights(role, readonly),
    ...excess(role),
    ...tls(link),
  ];
  return drafts
    .filter(({ about }) => about.length > 0)
    .map(finding)
    .sort(bySeverity);
}

function attributes({ role, ...facts }: RoleFacts): readonly Draft[] {
  const attribute = (code: string, about: readonly string[], can: string, severity: Severity = 'bad'): Draft => ({
    severity,
    code,
    message: `The role ${can}${about.includes(role) || about.length === 0 ? '' : ' through a membership'}.`,
    hint: ownRole,
    about,
  });
  return [
    attribute('superuser', facts.superusers, 'is a superuser: no privilege holds for it'),
    attribute('bypassrls', facts.bypassing, 'passes by row security'),
    attribute('createrole', facts.creatingRoles, 'can create and change roles'),
    attribute('replication', facts.replicating, 'can read everything by replication'),
    attribute('createdb', facts.creatingDatabases, 'can create databases', 'warning'),
  ];
}

function memberships({ memberships: held }: RoleFacts, readonly: boolean): readonly Draft[] {
  const among = (names: readonly string[]) => held.filter((name) => names.includes(name));
  const known = [...serverRoles, ...administrators, ...writers, ...lookers, 'rds_iam'];
  const hint = 'Revoke the membership.';
  return [
    {
      severity: 'bad',
      code: 'administrator',
      message: 'The role belongs to the administrators of a hosted server.',
      hint: ownRole,
      about: among(administrators),
    },
    {
      severity: 'bad',
      code: 'server_files',
      message: 'The role reaches files or programs of the server.',
      hint,
      about: among(serverRoles),
    },
    {
      severity: readonly ? 'bad' : 'warning',
      code: 'predefined_writer',
      message: 'The role may change every table or the server.',
      hint,
      about: among(writers),
    },
    {
      severity: 'warning',
      code: 'predefined_reader',
      message: 'The role may read everything, or disturb others.',
      hint,
      about: among(lookers),
    },
    {
      severity: 'note',
      code: 'memberships',
      message: 'The role is a member of others; what they are granted counts as its own.',
      hint: 'Grant directly what is needed.',
      about: held.filter((name) => !known.includes(name)),
    },
  ];
}

function rights(facts: RoleFacts, readonly: boolean): readonly Draft[] {
  const forbidden: Severity = readonly ? 'bad' : 'warning';
  const ending = readonly ? ', and the configuration says readonly: true' : '';
  const created = [
    ...(facts.createsSchemas ? ['the database'] : []),
    ...facts.createsIn.map((schema) => `schema ${printName(schema)}`),
  ];
  return [
    {
      severity: forbidden,
      code: 'owner',
      message: `The role owns objects, so no REVOKE binds it${ending}.`,
      hint: ownRole,
      about: facts.owned.names,
      total: facts.owned.total,
    },
    {
      severity: readonly ? 'bad' : 'note',
      code: 'write_grants',
      message: `The role may write${ending}.`,
      hint: readonly ? 'Revoke them, or say readonly: false.' : 'The policy decides which calls may.',
      about: facts.writes,
    },
    {
      severity: forbidden,
      code: 'creates',
      message: `The role may create objects${ending}.`,
      hint: 'REVOKE CREATE, from PUBLIC as well.',
      about: created,
    },
    {
      severity: 'warning',
      code: 'temporary',
      message: 'The role may create temporary tables.',
      hint: 'REVOKE TEMPORARY ON DATABASE … FROM PUBLIC.',
      about: facts.createsTemporary ? ['the database'] : [],
    },
  ];
}

function excess({ readsBeyond, callsBeyond }: RoleFacts): readonly Draft[] {
  const hint = 'The gate stands alone here; `pgwarden doctor --grants DATABASE` prints the same limits as grants.';
  return [
    {
      severity: 'warning',
      code: 'reads_beyond_policy',
      message: 'The role may read columns that no rule gives to anyone.',
      hint,
      about: readsBeyond,
    },
    {
      severity: 'warning',
      code: 'calls_beyond_policy',
      message: 'The role may call functions that no rule gives to anyone.',
      hint,
      about: callsBeyond,
    },
  ];
}

function tls({ mode, encrypted }: LinkFacts): readonly Draft[] {
  if (mode === undefined) return [];
  const hint = 'Say ssl: verify-full and where the CA is (ca: { file: … }).';
  if (mode === 'disable')
    return [
      { severity: 'warning', code: 'tls_off', message: 'The configuration switches TLS off.', hint, about: [mode] },
    ];
  if (!encrypted)
    return [
      {
        severity: 'warning',
        code: 'tls_behind',
        message: 'The server sees no TLS: something in between ends it.',
        hint: 'See what stands between, a pooler perhaps, and how it connects.',
        about: [mode],
      },
    ];
  return mode === 'require'
    ? [
        {
          severity: 'warning',
          code: 'tls_unverified',
          message: 'TLS is in use, but who answers is not verified.',
          hint,
          about: [mode],
        },
      ]
    : [];
}

/** Rules and masks that name nothing: told as warnings, since a misspelt deny leaves open what it means to shut. */
export function idleFindings(idle: readonly IdleRule[]): readonly PostureFinding[] {
  if (idle.length === 0) return [];
  const about = idle.map(
    ({ file, line, rule, missing, near }) =>
      `${file}:${line}: ${rule}: no ${missing}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
  const message = 'Rules name what this database does not have.';
  return [finding({ severity: 'warning', code: 'idle_rules', message, hint: 'Correct or remove them.', about })];
}

function finding({ about, total = about.length, ...rest }: Draft): PostureFinding {
  return { ...rest, items: about.slice(0, shownItems), total };
}

const order: readonly Severity[] = ['bad', 'warning', 'note'];
const bySeverity = (a: PostureFinding, b: PostureFinding): number =>
  order.indexOf(a.severity) - order.indexOf(b.severity);
