/** The policy of a database as SQL: one role that may do what the policy permits and nothing else. */

import { grantsNothing, type RelationGrant, type Routine, type RoutineVerdict, type Share } from './role-grants.ts';

/** A relation on which PUBLIC has privileges: they reach every role. */
export interface PublicRelation {
  readonly schema: string;
  readonly name: string;
  readonly select: Share;
  readonly writes: boolean;
}

/** A sequence behind the default of a column. */
export interface SerialSequence {
  readonly schema: string;
  readonly name: string;
  readonly table: { readonly schema: string; readonly name: string };
}

/** Everything the script is made of; names are the catalog's, never a policy's. */
export interface GrantFacts {
  /** As configured, for the heading. */
  readonly databaseId: string;
  /** `current_database()`. */
  readonly database: string;
  /** The role that is granted to; made where it does not exist. */
  readonly grantee: string;
  /** Whose rights these are, for the heading: `everyone in the policy`, `role analyst`. */
  readonly whose: string;
  readonly policySha256: string;
  readonly publicCreatesSchemas: boolean;
  readonly publicCreatesTemporary: boolean;
  readonly schemas: readonly { readonly name: string; readonly publicCreates: boolean }[];
  /** Schemas of the search_path and of types and functions that need no rule: names in them must resolve. */
  readonly openSchemas: ReadonlySet<string>;
  /** Every relation, granted or not, in order of name. */
  readonly relations: readonly (RelationGrant & {
    readonly extension: string | undefined;
    readonly columns: readonly string[];
  })[];
  readonly publicRelations: readonly PublicRelation[];
  readonly routines: readonly (Routine & { readonly verdict: RoutineVerdict })[];
  /** Sequences of serial columns, with the relation whose INSERT draws from them. */
  readonly sequences: readonly SerialSequence[];
  /** What PostgreSQL asks for and the policy does not, as sentences. */
  readonly notes: readonly string[];
}

/** Quotes always: a key word or an odd character can then mean nothing else. */
const name = (...parts: readonly string[]): string => parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A comment ends with its line, so nothing that names hold may end it early. */
const comment = (text: string): string => `-- ${text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ')}`;

/** Ends with COMMIT: whole or not at all. Names no host and no password. */
export function grantScript(facts: GrantFacts): string {
  const everyone = everyoneLines(facts);
  return [
    comment(
      `Database ${facts.databaseId}: what ${facts.whose} may do by the policy, as privileges of the role ${facts.grantee}.`,
    ),
    comment(
      `Policy ${facts.policySha256}. Run it in the database as the owner of its objects, and again when policy or tables change:`,
    ),
    comment('  psql -v ON_ERROR_STOP=1 -f grants.sql'),
    ...(everyone.length > 0
      ? [
          comment(
            `${everyone.length} statements near the end take from PUBLIC, from every role: grant first to those who need it.`,
          ),
        ]
      : []),
    ...facts.notes.map((note) => comment(`Note: ${note}`)),
    'BEGIN;',
    'SET LOCAL search_path = pg_catalog;',
    'SET LOCAL standard_conforming_strings = on;',
    ...section('The role', roleLines(facts)),
    ...section('Nothing but what follows', revokeLines(facts)),
    ...section('Names', schemaLines(facts)),
    ...section('Tables and views', relationLines(facts)),
    ...section('Sequences behind the defaults of what may be inserted', sequenceLines(facts)),
    ...section('Functions', routineLines(facts)),
    ...section('What everyone may do reaches this role too', everyone),
    ...section('Owned by extensions: for their owner to run', extensionLines(facts)),
    'COMMIT;',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', comment(title), ...lines];

function roleLines({ grantee, database }: GrantFacts): readonly string[] {
  const known = `rolname = ${literal(grantee)}`;
  const strong = 'r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication';
  // rds_iam only says how the role signs in
  const member = `EXISTS (SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
      WHERE m.member = r.oid AND g.rolname <> 'rds_iam')`;
  const make = `CREATE ROLE ${name(grantee)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT`;
  const body = `BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE ${known}) THEN
    ${make};
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.${known} AND (${strong} OR ${member})) THEN
    RAISE EXCEPTION 'this role has attributes or memberships that no GRANT can take away';
  END IF;
END`;
  return [
    `DO LANGUAGE plpgsql ${literal(body)};`,
    `REVOKE ALL ON DATABASE ${name(database)} FROM ${name(grantee)};`,
    `GRANT CONNECT ON DATABASE ${name(database)} TO ${name(grantee)};`,
  ];
}

function revokeLines({ grantee, schemas, relations, routines }: GrantFacts): readonly string[] {
  const from = `FROM ${name(grantee)};`;
  return schemas.flatMap(({ name: schema }) => {
    const tables = relations.filter((one) => one.schema === schema && one.extension === undefined);
    const own = routines.filter((one) => one.schema === schema && one.extension === undefined);
    return [
      `REVOKE ALL ON SCHEMA ${name(schema)} ${from}`,
      ...listed(
        tables.map((one) => name(schema, one.name)),
        'REVOKE ALL ON TABLE',
        from,
      ),
      ...listed(own.map(signature), 'REVOKE ALL ON ROUTINE', from),
    ];
  });
}

const listed = (names: readonly string[], before: string, after: string): readonly string[] =>
  names.length === 0 ? [] : [`${before}\n  ${names.join(',\n  ')}\n  ${after}`];

function schemaLines({ grantee, schemas, openSchemas, relations, routines }: GrantFacts): readonly string[] {
  const used = new Set([
    ...openSchemas,
    ...relations.filter((one) => !grantsNothing(one)).map(({ schema }) => schema),
    ...routines.filter(({ verdict }) => verdict !== 'shut').map(({ schema }) => schema),
  ]);
  return schemas
    .filter((schema) => used.has(schema.name))
    .map((schema) => `GRANT USAGE ON SCHEMA ${name(schema.name)} TO ${name(grantee)};`);
}

const relationLines = ({ grantee, relations }: GrantFacts): readonly string[] =>
  relations.filter(({ extension }) => extension === undefined).flatMap((one) => grantLines(one, grantee));

function grantLines(relation: RelationGrant, grantee: string): readonly string[] {
  const parts = (['select', 'insert', 'update'] as const).flatMap((action) => privilege(action, relation[action]));
  if (relation.delete) parts.push('DELETE');
  if (relation.truncate) parts.push('TRUNCATE');
  if (parts.length === 0) return [];
  return [`GRANT ${parts.join(', ')} ON TABLE ${name(relation.schema, relation.name)} TO ${name(grantee)};`];
}

function privilege(action: string, share: Share): readonly string[] {
  if (share === 'all') return [action.toUpperCase()];
  return share.length === 0 ? [] : [`${action.toUpperCase()} (${share.map((column) => name(column)).join(', ')})`];
}

function sequenceLines({ grantee, sequences, relations }: GrantFacts): readonly string[] {
  const inserted = new Set(
    relations
      .filter((one) => one.insert.length > 0 && one.extension === undefined)
      .map((one) => name(one.schema, one.name)),
  );
  return sequences
    .filter(({ table }) => inserted.has(name(table.schema, table.name)))
    .map((one) => `GRANT USAGE ON SEQUENCE ${name(one.schema, one.name)} TO ${name(grantee)};`);
}

const signature = ({ schema, name: routine, types }: Routine): string =>
  `${name(schema, routine)}(${types.join(', ')})`;

const routineLines = ({ grantee, routines }: GrantFacts): readonly string[] =>
  routines
    .filter(({ verdict, extension }) => verdict !== 'shut' && extension === undefined)
    .map((routine) => `GRANT EXECUTE ON ROUTINE ${signature(routine)} TO ${name(grantee)};`);

function everyoneLines(facts: GrantFacts): readonly string[] {
  const { database, schemas, publicCreatesSchemas, publicCreatesTemporary, routines } = facts;
  return [
    ...(publicCreatesTemporary ? [`REVOKE TEMPORARY ON DATABASE ${name(database)} FROM PUBLIC;`] : []),
    ...(publicCreatesSchemas ? [`REVOKE CREATE ON DATABASE ${name(database)} FROM PUBLIC;`] : []),
    ...schemas
      .filter(({ publicCreates }) => publicCreates)
      .map((schema) => `REVOKE CREATE ON SCHEMA ${name(schema.name)} FROM PUBLIC;`),
    ...publicExcess(facts)
      .filter(({ extension }) => extension === undefined)
      .map((one) => `REVOKE ALL ON TABLE ${name(one.schema, one.name)} FROM PUBLIC;`),
    ...routines
      .filter((one) => one.extension === undefined && one.publicExecutes && one.verdict === 'shut' && !one.isTrigger)
      .map((one) => `REVOKE EXECUTE ON ROUTINE ${signature(one)} FROM PUBLIC;`),
  ];
}

/** Relations on which PUBLIC may do more than the policy gives. */
function publicExcess({ publicRelations, relations }: GrantFacts): GrantFacts['relations'] {
  const open = new Map(publicRelations.map((one) => [name(one.schema, one.name), one]));
  return relations.filter((one) => {
    const all = open.get(name(one.schema, one.name));
    if (all === undefined) return false;
    return all.writes || (one.select !== 'all' && (all.select === 'all' || !within(all.select, one.select)));
  });
}

const within = (inner: readonly string[], outer: readonly string[]): boolean =>
  inner.every((column) => outer.includes(column));

/** Their owner is whoever installed them, often not the owner of the rest: commented, so that the script runs without. */
function extensionLines(facts: GrantFacts): readonly string[] {
  const { relations, routines, grantee } = facts;
  const owned = relations.filter(({ extension }) => extension !== undefined);
  return [
    ...owned.flatMap((one) => grantLines(one, grantee)),
    ...publicExcess({ ...facts, relations: owned }).map(
      (one) => `REVOKE ALL ON TABLE ${name(one.schema, one.name)} FROM PUBLIC;`,
    ),
    ...routines
      .filter((one) => one.extension !== undefined && one.verdict === 'permitted' && !one.publicExecutes)
      .map((one) => `GRANT EXECUTE ON ROUTINE ${signature(one)} TO ${name(grantee)};`),
    ...routines
      .filter(
        (one) =>
          one.extension !== undefined &&
          one.publicExecutes &&
          one.verdict === 'shut' &&
          !one.isTrigger &&
          isCallable(one),
      )
      .map((one) => `REVOKE EXECUTE ON ROUTINE ${signature(one)} FROM PUBLIC;`),
  ].map(comment);
}

/** What takes a value of the server no query can hold is never called by name. */
const isCallable = ({ args }: Routine): boolean => !args.includes('internal');
