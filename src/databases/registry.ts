/** The registry: which databases are configured now; to a caller, a database he may not use does not exist. */

import type { Database } from '../model/database.ts';
import { Failure, Refusal } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import type { Databases, MayUse } from './databases.ts';

/** Ids told in a hint; a caller with more asks list_databases. */
const namedInHint = 20;
/** Characters of an unknown id that are repeated to the caller. */
const shownOfId = 63;

/** What the registry holds at one moment; replaced as a whole. */
interface Generation {
  readonly all: readonly Database[];
  readonly byId: ReadonlyMap<string, Database>;
  readonly defaultId: string | undefined;
}

export interface Registry extends Databases {
  /** Puts another set of databases in force at once: a call sees the old set or the new one, never a mixture. */
  readonly replace: (databases: readonly Database[], defaultId: string | undefined) => void;
}

function generation(databases: readonly Database[], defaultId: string | undefined): Generation {
  return { all: databases, byId: new Map(databases.map((database) => [database.id, database])), defaultId };
}

/** Printable and short, so that an id cannot carry a line break or a page of text into a log or a model. */
function shown(id: string): string {
  const clean = id.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > shownOfId ? `${clean.slice(0, shownOfId)}…` : clean;
}

/** `mayUse` is asked for configured and for unknown ids alike, so that both take the same path. */
export function createDatabases(
  databases: readonly Database[],
  defaultId: string | undefined,
  mayUse: MayUse,
): Registry {
  let now = generation(databases, defaultId);

  const usable = (principal: Principal) => [...now.byId.values()].filter((database) => mayUse(principal, database.id));

  function hintFor(principal: Principal): string {
    const ids = usable(principal).map((database) => database.id);
    if (ids.length === 0) return 'No database is available to you; ask whoever runs this server for access.';
    const more = ids.length > namedInHint ? ` and ${ids.length - namedInHint} more (list_databases)` : '';
    return `Available to you: ${ids.slice(0, namedInHint).join(', ')}${more}.`;
  }

  function resolve(id: string | undefined, principal: Principal): Database {
    const wanted = id ?? now.defaultId;
    if (wanted === undefined) {
      throw new Refusal('DATABASE_UNKNOWN', 'No database is named, and there is no default one.', {
        hint: hintFor(principal),
      });
    }
    const permitted = mayUse(principal, wanted);
    const database = now.byId.get(wanted);
    if (!permitted || database === undefined) {
      const name = id === undefined ? 'The default database' : `Database ${shown(id)}`;
      throw new Refusal('DATABASE_UNKNOWN', `${name} is not available to you.`, { hint: hintFor(principal) });
    }
    if (!database.enabled) {
      const hint = database.contact === undefined ? {} : { hint: `Ask ${database.contact}.` };
      throw new Failure('BACKEND_UNAVAILABLE', `Database ${database.id} is switched off.`, hint);
    }
    return database;
  }

  return {
    resolve,
    usable,
    get defaultId() {
      return now.defaultId;
    },
    all: () => now.all,
    replace: (next, nextDefault) => {
      now = generation(next, nextDefault);
    },
  };
}
