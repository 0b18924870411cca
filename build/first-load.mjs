/** Joins the chunks that the program loads before it does anything: Node spends longer on finding and linking a small file than on running it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const joined = 'first-load.js';

/** The chunks that `file` imports with the word `import` alone, and theirs; what is asked for by `import()` comes later. */
function firstLoaded(outputs, file, found = new Set()) {
  for (const { path, kind } of outputs[file].imports) {
    if (kind !== 'import-statement' || outputs[path] === undefined || found.has(path)) continue;
    found.add(path);
    firstLoaded(outputs, path, found);
  }
  return found;
}

/** One name for two things would leave both out of the joined chunk: nobody would see it before the program runs. */
function distinctNames(chunks, outputs) {
  const names = chunks.flatMap((chunk) => outputs[chunk].exports);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two chunks of the first load export ${twice}`);
}

/** `outputs` is the metafile's list of what esbuild wrote; every file among them then imports the one chunk that is left. */
export async function joinFirstLoad(outdir, outputs) {
  const chunks = [...firstLoaded(outputs, join(outdir, 'main.js'))];
  distinctNames(chunks, outputs);
  await build({
    stdin: {
      contents: chunks.map((chunk) => `export * from './${basename(chunk)}';`).join('\n'),
      resolveDir: join(outdir, 'chunks'),
    },
    outfile: join(outdir, 'chunks', joined),
    packages: 'external',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  });
  const names = new Set(chunks.map((chunk) => basename(chunk)));
  const specifier = /\b((?:from|import)")([./a-z]+\/)([^"/]+)(?=")/g;
  for (const file of Object.keys(outputs).filter((path) => path.endsWith('.js') && !chunks.includes(path))) {
    const text = await readFile(file, 'utf8');
    const next = text.replace(specifier, (whole, word, folder, name) =>
      names.has(name) ? word + folder + joined : whole,
    );
    if (next !== text) await writeFile(file, next);
  }
  for (const chunk of chunks) await rm(chunk);
}
