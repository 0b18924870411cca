/** Where the embedded backend's files are: beside the bundle, or in the checkout when run from sources. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = import.meta.url;
const fromSource = here.endsWith('.ts');
const besideBundle = (name: string) => new URL(here.includes('/chunks/') ? `../${name}` : `./${name}`, here);

/** What a worker is started from. */
export const workerFile: URL = fromSource
  ? new URL('./worker-from-source.mjs', here)
  : besideBundle('embedded-worker.js');

/** The template: put beside the bundle by the build; from sources kept in the checkout's cache, by PGlite's version. */
export function templateFile(): string {
  if (!fromSource) return fileURLToPath(besideBundle('embedded-template.tar.gz'));
  const described = readFileSync(new URL('../../../node_modules/@electric-sql/pglite/package.json', here), 'utf8');
  const version = /"version":\s*"([^"]+)"/.exec(described)?.[1] ?? 'unknown';
  return fileURLToPath(new URL(`../../../.cache/embedded-template-${version}.tar.gz`, here));
}
