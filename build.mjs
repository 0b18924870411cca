/** Builds `dist/`: one split ESM bundle; heavy packages stay behind dynamic imports. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'bundle',
  external: ['pg-native', 'fs-native-extensions', '@electric-sql/pglite', 'libpg-query', 'casbin', 'pino'],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod('dist/main.js', 0o755);
