/** Builds `dist/`: one split ESM bundle; heavy packages stay behind dynamic imports. `node build.mjs [outdir]` */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const outdir = process.argv[2] ?? 'dist';

/** Not bundled: native code, WebAssembly or worker files that the package finds beside itself. */
const external = ['pg-native', 'fs-native-extensions', '@electric-sql/pglite', 'libpg-query'];

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'bundle',
  external,
  minify: true,
  keepNames: true,
  // CommonJS packages inside an ES module
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod(`${outdir}/main.js`, 0o755);
