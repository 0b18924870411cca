/** Builds `dist/`: one split ESM bundle; heavy packages stay behind dynamic imports. `node build.mjs [outdir]` */
import { access, chmod, copyFile, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const target = process.argv[2] ?? 'dist';
/** Built aside and put in place at the end, so that nobody meets half a bundle. */
const outdir = `.cache/build-${process.pid}`;

/** Not bundled: native code, WebAssembly or worker files that the package finds beside itself. */
const external = ['pg-native', 'fs-native-extensions', '@electric-sql/pglite', 'libpg-query'];

/**
 * Half of what a stdio client waits for is parsing JavaScript, so two things that nothing here uses are left out:
 * zod's messages in fifty languages, and a JSON Schema compiler (the SDK's own smaller one stands in for it).
 */
const lean = {
  name: 'lean',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, ({ resolveDir }) => ({
      path: 'shims',
      namespace: 'lean',
      pluginData: resolveDir,
    }));
    onLoad({ filter: /^shims$/, namespace: 'lean' }, ({ pluginData }) => ({
      contents:
        "export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';" +
        "export { default as process } from 'node:process';",
      resolveDir: pluginData,
    }));
  },
};

await build({
  entryPoints: {
    main: 'src/main.ts',
    'embedded-worker': 'src/backends/embedded/worker.ts',
    'embedded-template': 'src/backends/embedded/template.ts',
    'sql-reader': 'src/sql/reader/worker.ts',
    'config-reader': 'src/config/worker.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'bundle',
  external,
  plugins: [lean],
  // names are kept: error classes and stack traces speak them
  minifyWhitespace: true,
  minifySyntax: true,
  // CommonJS packages inside an ES module
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod(`${outdir}/main.js`, 0o755);

// A fresh embedded data directory, made by initdb (seconds) once for each version of PGlite.
const pglite = JSON.parse(await readFile('node_modules/@electric-sql/pglite/package.json', 'utf8'));
const template = resolve(`.cache/embedded-template-${pglite.version}.tar.gz`);
const { makeTemplate } = await import(pathToFileURL(resolve(outdir, 'embedded-template.js')).href);
await access(template).catch(() => makeTemplate(template));
await copyFile(template, `${outdir}/embedded-template.tar.gz`);

await rm(target, { recursive: true, force: true });
await rename(outdir, target);
