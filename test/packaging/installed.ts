/** The packed product, installed in an empty directory as a user does it, without a registry. */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
export const root = resolve(import.meta.dirname, '../..');

const component = z.object({
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  licenses: z.array(z.object({ license: z.object({ id: z.string() }).optional(), expression: z.string().optional() })),
  properties: z.array(z.object({ name: z.string(), value: z.string() })),
});
const billSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(component),
});

/** The bill of materials of the last build. */
export async function billOfMaterials(directory = join(root, 'dist')): Promise<z.output<typeof billSchema>> {
  return billSchema.parse(JSON.parse(await readFile(join(directory, 'sbom.cdx.json'), 'utf8')));
}

/** Packages `folder` into `to`; nothing is built or downloaded. Returns the tarball. */
async function pack(folder: string, to: string): Promise<string> {
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--no-update-notifier', '--json', '--pack-destination', to, folder],
    {
      cwd: root,
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const answer: unknown = JSON.parse(stdout);
  const [packed] = z
    .array(z.object({ filename: z.string() }))
    .parse(Array.isArray(answer) ? answer : Object.values(Object(answer)));
  return join(to, packed?.filename ?? '');
}

export interface Installed {
  /** The directory that was empty. */
  readonly directory: string;
  /** What the package holds, as paths from its root. */
  readonly files: readonly string[];
  /** The command npm made. */
  readonly bin: string;
  readonly remove: () => Promise<void>;
}

/** What the bill says is installed beside the bundle is packed from this checkout, so that npm needs no registry. */
export async function installPacked(): Promise<Installed> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden installed '));
  const tarballs = await mkdtemp(join(tmpdir(), 'pgwarden-tarballs-'));
  const beside = (await billOfMaterials()).components
    .filter(({ properties }) => properties.some(({ value }) => value === 'installed beside it'))
    .map(({ name }) => join(root, 'node_modules', name));
  const packed = await Promise.all([root, ...beside].map((folder) => pack(folder, tarballs)));
  await run(
    'npm',
    ['install', '--offline', '--no-update-notifier', '--no-package-lock', '--ignore-scripts', ...packed],
    { cwd: directory },
  );
  await rm(tarballs, { recursive: true });
  const files = await readdir(join(directory, 'node_modules/pgwarden'), { recursive: true });
  return {
    directory,
    files,
    bin: join(directory, 'node_modules/.bin/pgwarden'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
