/** Which third-party packages a build ships: those whose text esbuild put into the bundle, and those it leaves to be installed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package an input file belongs to; undefined for our own files and for virtual ones. */
function folderOf(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at === -1) return undefined;
  const [first, second] = input.slice(at + 'node_modules/'.length).split('/');
  return input.slice(0, at) + join('node_modules', first.startsWith('@') ? `${first}/${second}` : first);
}

/** As Node looks it up: beside the package that asks, then further out. */
function findFolder(name, from) {
  for (let base = from; ; base = base.slice(0, base.lastIndexOf('/node_modules/'))) {
    const folder = join(base, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (!base.includes('/node_modules/')) break;
  }
  const outermost = join('node_modules', name);
  return existsSync(join(outermost, 'package.json')) ? outermost : undefined;
}

/** What is installed beside the bundle: the named packages and all they depend on. */
function installed(names, from = '.', found = new Set()) {
  for (const name of names) {
    const folder = findFolder(name, from);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    installed(Object.keys(dependencies), folder, found);
  }
  return found;
}

const licenceFile = /^(licen[cs]e|notice|copying)/i;

function describe(folder, bundled) {
  const { name, version, license, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  return { name, version, license, homepage, bundled, texts };
}

/** Sorted by name; a folder without name and version (`{"type":"module"}` inside a package) belongs to the package around it. */
export function shippedPackages(metafile, dependencies) {
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => input),
  );
  const bundled = new Set(inputs.map(folderOf).filter((folder) => folder !== undefined));
  const beside = [...installed(dependencies)].filter((folder) => !bundled.has(folder));
  return [
    ...[...bundled].map((folder) => describe(folder, true)),
    ...beside.map((folder) => describe(folder, false)),
  ].sort((a, b) => (a.name < b.name || (a.name === b.name && a.version < b.version) ? -1 : 1));
}
