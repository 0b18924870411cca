/** Extensions whose members were reviewed: which are pure, and which no rule can permit. Any other extension needs a `call` rule. */

interface ReviewedExtension {
  /** Members that only compute; tested against the whole name. */
  readonly pure: RegExp;
  /** Members that are refused always, with the reason. */
  readonly forbidden?: { readonly names: RegExp; readonly reason: string };
}

const every = /^/;

/** Members that fit neither pattern need a `call` rule, as those of extensions that are not listed. */
const reviewed: Readonly<Record<string, ReviewedExtension>> = {
  hstore: { pure: every },
  citext: { pure: every },
  pg_trgm: { pure: /^(?!set_limit$)/, forbidden: { names: /^set_limit$/, reason: 'changes a setting of the session' } },
  fuzzystrmatch: { pure: every },
  unaccent: { pure: /^unaccent$/ },
  ltree: { pure: every },
  intarray: { pure: every },
  cube: { pure: every },
  earthdistance: { pure: every },
  // Version 1 identifiers carry the network address of the server.
  'uuid-ossp': { pure: /^uuid_(generate_v[345]|nil|ns_\w+)$/ },
  tablefunc: {
    pure: /^normal_rand$/,
    forbidden: { names: /^(crosstab\w*|connectby)$/, reason: 'runs SQL text that the statement does not show' },
  },
  btree_gist: { pure: every },
  vector: { pure: every },
  // Members that read statistics, metadata or tables by name, or change tables, are not of these families.
  postgis: {
    pure: /^(_?st_(?!estimatedextent|findextent|fromflatgeobuftotable)\w+|(geometry|geography|box2d|box2df|box3d|gidx|spheroid|geog|geom|overlaps|contains|is_contained)(_\w+)?|(text|bytea|json|jsonb|path|point|polygon|box|equals|postgis_(lib_)?version)|postgis_(dropbbox|hasbbox|addbbox|noop|getbbox|typmod_\w+|constraint_\w+))$/,
    forbidden: {
      names:
        /^(add|drop|update|populate)_?geometry\w*$|^(lockrow|unlockrows|addauth|enablelongtransactions|disablelongtransactions|postgis_extensions_upgrade)$/,
      reason: 'changes tables, locks or extensions',
    },
  },
};

const reachesOutside = 'reaches another server, or runs SQL text there';
const readsPages = 'reads pages of relations named by a value';

/** Extensions that are forbidden as a whole, with the reason. */
const forbidden: Readonly<Record<string, string>> = {
  dblink: reachesOutside,
  postgres_fdw: reachesOutside,
  file_fdw: 'serves foreign tables, never a query',
  http: reachesOutside,
  pg_net: reachesOutside,
  aws_s3: reachesOutside,
  aws_lambda: reachesOutside,
  aws_ml: reachesOutside,
  citus: reachesOutside,
  plproxy: reachesOutside,
  xml2: 'runs SQL text that the statement does not show',
  pgrouting: 'runs SQL text that the statement does not show',
  pg_cron: 'schedules SQL text for later',
  pg_background: 'runs SQL text in another session',
  adminpack: 'reads and writes files of the server',
  lo: 'writes large objects',
  pageinspect: readsPages,
  pg_walinspect: readsPages,
  pgrowlocks: readsPages,
  pgstattuple: readsPages,
  pg_freespacemap: readsPages,
  pg_visibility: readsPages,
  pg_buffercache: 'shows and evicts shared memory',
  pg_prewarm: 'loads relations named by a value',
  pg_surgery: 'changes rows below the table',
  pg_repack: 'rewrites tables',
  amcheck: 'reads relations named by a value',
  hypopg: 'changes the state of the session',
  dict_int: 'serves text search, never a query',
  plpgsql: 'serves a language, never a query',
};

export interface ExtensionVerdict {
  readonly class: 'pure' | 'statistics' | 'user' | 'forbidden';
  readonly reason: string;
}

/** Classifies a member of an extension by its name; a SECURITY DEFINER member or one in a scripting language is never pure. */
export function classifyExtensionFunction(extension: string, name: string, trusted: boolean): ExtensionVerdict {
  const whole = Object.hasOwn(forbidden, extension) ? forbidden[extension] : undefined;
  if (whole !== undefined) return { class: 'forbidden', reason: whole };
  if (extension === 'pg_stat_statements') return classifyStatements(name);
  const lists = Object.hasOwn(reviewed, extension) ? reviewed[extension] : undefined;
  if (lists?.forbidden?.names.test(name)) return { class: 'forbidden', reason: lists.forbidden.reason };
  if (trusted && lists?.pure.test(name))
    return { class: 'pure', reason: `only computes; reviewed member of ${extension}` };
  return { class: 'user', reason: `belongs to the extension ${extension}` };
}

function classifyStatements(name: string): ExtensionVerdict {
  return /^pg_stat_statements(_info)?$/.test(name)
    ? { class: 'statistics', reason: 'shows statements of the whole server' }
    : { class: 'forbidden', reason: 'resets statistics' };
}
