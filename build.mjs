/** Builds `dist/`: one split ESM bundle; heavy packages stay behind dynamic imports. `node build.mjs [outdir]` */
import { access, chmod, copyFile, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { writeBillOfMaterials } from './build/bill-of-materials.mjs';
import { joinFirstLoad } from './build/first-load.mjs';
import { shippedPackages } from './build/shipped-packages.mjs';

const target = process.argv[2] ?? 'dist';
/** Built aside and put in place at the end, so that nobody meets half a bundle. */
const outdir = `.cache/build-${process.pid}`;

const product = JSON.parse(await readFile('package.json', 'utf8'));

/**
 * `dependencies` in package.json are what is not bundled: native code, WebAssembly or worker files that the package finds
 * beside itself. `pg` asks for `pg-native` only where a variable of the environment says so. All else is in the bundle.
 */
const external = [...Object.keys(product.dependencies), 'pg-native'];

/**
 * Half of what a stdio client waits for is loading JavaScript, so three things that nothing here uses are left out:
 * zod's messages in fifty languages, a JSON Schema compiler (the SDK's own smaller one stands in for it), and Node's
 * module for child processes, with which commander would start commands that are programs of their own.
 */
const lean = {
  name: 'lean',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /commander\/lib\/command\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("require('node:child_process')", '{}'),
    }));
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

const { metafile } = await build({
  metafile: true,
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
await joinFirstLoad(outdir, metafile.outputs);
await chmod(`${outdir}/main.js`, 0o755);

// A fresh embedded data directory, made by initdb (seconds) once for each version of PGlite.
const pglite = JSON.parse(await readFile('node_modules/@electric-sql/pglite/package.json', 'utf8'));
const template = resolve(`.cache/embedded-template-${pglite.version}.tar.gz`);
const { makeTemplate } = await import(pathToFileURL(resolve(outdir, 'embedded-template.js')).href);
await access(template).catch(() => makeTemplate(template));
await copyFile(template, `${outdir}/embedded-template.tar.gz`);

// Facts about what PostgreSQL brings itself, read by the first load of a catalog.
await copyFile('src/catalog/built-in-facts.br', `${outdir}/built-in-facts.br`);

await writeBillOfMaterials(outdir, product, shippedPackages(metafile, Object.keys(product.dependencies)));

await rm(target, { recursive: true, force: true });
await rename(outdir, target);
