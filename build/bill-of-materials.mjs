/** Writes what the build is made of: `sbom.cdx.json` (CycloneDX 1.6) and `third-party-licences.txt`. No time, no serial: equal builds, equal files. */
import { writeFile } from 'node:fs/promises';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

const packageUrl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function component(type, part) {
  const licenses = new Contrib.License.Factories.LicenseFactory();
  const purl = packageUrl(part);
  return new Models.Component(type, part.name, {
    version: part.version,
    bomRef: purl,
    purl,
    licenses: new Models.LicenseRepository([licenses.makeFromString(part.license ?? 'NOASSERTION')]),
    ...(part.bundled !== undefined && {
      properties: new Models.PropertyRepository([
        new Models.Property('pgwarden:shipped', part.bundled ? 'in the bundle' : 'installed beside it'),
      ]),
    }),
  });
}

/** `product` is package.json; `parts` come from shippedPackages. */
export async function writeBillOfMaterials(directory, product, parts) {
  const root = component(Enums.ComponentType.Application, product);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: root }) });
  for (const part of parts) {
    const library = component(Enums.ComponentType.Library, part);
    bom.components.add(library);
    root.dependencies.add(library.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  await writeFile(`${directory}/sbom.cdx.json`, `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`);
  await writeFile(`${directory}/third-party-licences.txt`, licences(parts));
}

function licences(parts) {
  const rule = '-'.repeat(80);
  const head = `pgwarden contains, or is installed with, the following ${parts.length} packages.\n`;
  const list = parts.map(
    ({ name, version, license, homepage, bundled, texts }) =>
      `${rule}\n${name} ${version} – ${license}${bundled ? '' : ' (installed beside the bundle)'}\n` +
      `${homepage ?? `https://www.npmjs.com/package/${name}`}\n\n${texts.join('\n\n')}\n`,
  );
  return [head, ...list].join('\n');
}
