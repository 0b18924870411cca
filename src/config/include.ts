/** Finds the files an `include` pattern names: `*` and `?` within one name, in the order of their paths. */

import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

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

/** Absolute paths of the files that match, relative patterns starting at `directory`; hidden files only where the pattern begins with a dot. */
export function findIncluded(pattern: string, directory: string): string[] {
  const steps = resolve(directory, pattern).split('/').slice(1);
  const paths = steps.reduce<string[]>(
    (found, step) => {
      if (!/[*?]/.test(step)) return found.map((path) => join(path, step));
      const matches = matcher(step);
      const names = (path: string) =>
        list(path).filter((name) => matches.test(name) && (step.startsWith('.') || !name.startsWith('.')));
      return found.flatMap((path) => names(path).map((name) => join(path, name)));
    },
    ['/'],
  );
  return paths.filter(isFile);
}

/** The directory in which files that match may appear: where the pattern has its first wildcard. */
export function includeDirectory(pattern: string, directory: string): string {
  const steps = resolve(directory, pattern).split('/');
  const wild = steps.findIndex((step) => /[*?]/.test(step));
  return steps.slice(0, wild === -1 ? -1 : wild).join('/') || '/';
}
