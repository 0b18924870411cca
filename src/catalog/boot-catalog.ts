/**
 * What the broker's own texts read of the system catalogs: the snapshot cannot tell before it is loaded. A test reads each
 * text against a real server and compares; an entry too many or too few fails it.
 */

import type { FixedName } from './fixed-statements.ts';

/** The texts with which a snapshot is loaded. */
export type BootName = Extract<FixedName, `catalog_${string}`>;

export interface BootEntry {
  /** Relations of pg_catalog, with the columns read, parted by spaces. */
  readonly relations: Readonly<Record<string, string>>;
  /** Functions of pg_catalog that tell more than their arguments, parted by spaces. */
  readonly describers: string;
}

const pages: Readonly<Record<Exclude<BootName, 'catalog_objects' | 'catalog_header' | 'catalog_digests'>, BootEntry>> =
  {
    catalog_schemas: {
      relations: {
        pg_namespace: 'nspname oid',
      },
      describers: '',
    },
    catalog_types: {
      relations: {
        pg_constraint: 'contype contypid oid',
        pg_depend: 'classid deptype objid refclassid refobjid',
        pg_extension: 'extname oid',
        pg_range: 'rngmultitypid rngsubtype rngtypid',
        pg_type:
          'oid typarray typbasetype typcategory typelem typinput typispreferred typlen typname typnamespace typrelid typtype',
      },
      describers: 'format_type pg_get_constraintdef regclassin',
    },
    catalog_functions: {
      relations: {
        pg_aggregate: 'aggfnoid aggkind aggnumdirectargs',
        pg_depend: 'classid deptype objid refclassid refobjid',
        pg_extension: 'extname oid',
        pg_language: 'lanname oid',
        pg_proc:
          'oid proallargtypes proargmodes proargnames proargtypes prokind prolang proname pronamespace pronargdefaults proowner proretset prorettype prosecdef provariadic',
      },
      describers: 'pg_get_userbyid regclassin',
    },
    catalog_operators: {
      relations: {
        pg_operator: 'oid oprcode oprleft oprname oprnamespace oprresult oprright',
      },
      describers: '',
    },
    catalog_casts: {
      relations: {
        pg_cast: 'castcontext castfunc castmethod castsource casttarget oid',
      },
      describers: '',
    },
    catalog_relations: {
      relations: {
        pg_attribute: 'attisdropped attname attnum attrelid atttypid',
        pg_class:
          'oid relhasindex relkind relname relnamespace reloptions relowner relpersistence relrowsecurity reltype',
        pg_constraint: 'conkey conname conrelid contype',
        pg_depend: 'classid deptype objid refclassid refobjid',
        pg_extension: 'extname oid',
        pg_rewrite: 'ev_action ev_class rulename',
        pg_type: 'oid typarray typname',
      },
      describers: 'pg_get_userbyid pg_get_viewdef regclassin',
    },
    catalog_inheritance: {
      relations: {
        pg_class: 'oid relkind',
        pg_inherits: 'inhparent inhrelid inhseqno',
      },
      describers: '',
    },
  };

const words = (lists: readonly string[]): string =>
  [...new Set(lists.flatMap((list) => list.split(' ')).filter((word) => word !== ''))].sort().join(' ');

/** What several texts read, where one text holds them all. */
function together(entries: readonly BootEntry[]): BootEntry {
  const names = new Set(entries.flatMap(({ relations }) => Object.keys(relations)));
  const relations = [...names].map((name) => [name, words(entries.map((entry) => entry.relations[name] ?? ''))]);
  return { relations: Object.fromEntries(relations), describers: words(entries.map(({ describers }) => describers)) };
}

/** What the stamp is made of. */
const header: BootEntry = {
  relations: {
    pg_aggregate: 'aggfnoid aggkind aggnumdirectargs',
    pg_attribute: 'attisdropped attname attnum attrelid atttypid',
    pg_cast: 'castcontext castfunc castmethod castsource casttarget oid',
    pg_class: 'oid relkind relname relnamespace reloptions relowner relpersistence relrowsecurity reltype',
    pg_constraint: 'contypid oid',
    pg_depend: 'classid deptype objid refclassid refobjid',
    pg_extension: 'extname oid',
    pg_inherits: 'inhparent inhrelid inhseqno',
    pg_language: 'lanname oid',
    pg_namespace: 'nspname oid',
    pg_operator: 'oid oprcode oprleft oprname oprnamespace oprresult oprright',
    pg_proc:
      'oid proallargtypes proargmodes proargnames proargtypes prokind prolang proname pronamespace pronargdefaults proowner proretset prorettype prosecdef provariadic',
    pg_range: 'rngmultitypid rngsubtype rngtypid',
    pg_rewrite: 'ev_action ev_class rulename',
    pg_type:
      'oid typarray typbasetype typcategory typelem typinput typispreferred typlen typname typnamespace typrelid typtype',
  },
  describers: 'current_setting format_type pg_get_constraintdef pg_get_userbyid regclassin',
};

const { catalog_schemas: _schemas, ...ofFacts } = pages;

export const bootCatalog: Readonly<Record<BootName, BootEntry>> = {
  ...pages,
  catalog_header: header,
  catalog_digests: together([header, ...Object.values(ofFacts)]),
  catalog_objects: together(Object.values(pages)),
};
