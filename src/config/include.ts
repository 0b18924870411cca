/** Finds the files an `include` pattern names: `*` and `?` within one name, in the order of their paths. */

import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

function matcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Absolute paths of the files that match, relative patterns starting at `directory`, those that `planned` names too; hidden files only where the pattern begins with a dot. */
export function findIncluded(
  pattern: string,
  directory: string,
  planned: ReadonlyMap<string, unknown> = new Map(),
): string[] {
  const steps = resolve(directory, pattern).split('/').slice(1);
  const paths = steps.reduce<string[]>(
    (found, step) => {
      if (!/[*?]/.test(step)) return found.map((path) => join(path, step));
      const matches = matcher(step);
      const names = (path: string) =>
        [...new Set([...list(path), ...plannedIn(path, planned)])]
          .sort()
          .filter((name) => matches.test(name) && (step.startsWith('.') || !name.startsWith('.')));
      return found.flatMap((path) => names(path).map((name) => join(path, name)));
    },
    ['/'],
  );
  return paths.filter((path) => planned.has(path) || isFile(path));
}

const plannedIn = (directory: string, planned: ReadonlyMap<string, unknown>): string[] =>
  [...planned.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path));

/** The directory in which files that match may appear: where the pattern has its first wildcard. */
export function includeDirectory(pattern: string, directory: string): string {
  const steps = resolve(directory, pattern).split('/');
  const wild = steps.findIndex((step) => /[*?]/.test(step));
  return steps.slice(0, wild === -1 ? -1 : wild).join('/') || '/';
}
