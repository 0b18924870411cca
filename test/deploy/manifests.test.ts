/** What lies in deploy/: each file is read by the tools that would read it, and holds what its comments and the docs promise. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/load-config.ts';
import { readPolicies } from '../../src/policy/policy-directory.ts';

const run = promisify(execFile);
const deploy = resolve(import.meta.dirname, '../../deploy');
const read = (name: string) => readFile(join(deploy, name), 'utf8');

async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'pgwarden-deploy-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The schema of each kind the manifests use, as Kubernetes publishes it. */
const kinds = { ConfigMap, Service, StatefulSet, PodDisruptionBudget, NetworkPolicy };

async function manifests() {
  const documents = parseAllDocuments(await read('kubernetes/pgwarden.yaml'));
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

async function manifest(kind: keyof typeof kinds, name = 'pgwarden') {
  const found = (await manifests()).find((one) => one.kind === kind && one.metadata.name === name);
  expect(found).toBeDefined();
  return found;
}

test('every manifest is what Kubernetes calls by its kind, no key misspelt', async () => {
  const all = await manifests();
  expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
  for (const one of all) {
    const Model = kinds[one.kind as keyof typeof kinds];
    new Model(one).validate();
  }
  const set = await manifest('StatefulSet');
  expect(() => new StatefulSet({ ...set, spec: { ...set.spec, replicas: 'two' } }).validate()).toThrow(/replicas/);
  // the schemas let unknown keys pass
  const known = await knownKeys(['v1', 'apps/v1', 'policy/v1', 'networking.k8s.io/v1']);
  expect(keysOf(all).filter((key) => !known.has(key))).toEqual([]);
  expect(known.has('readinessprobe')).toBe(false);
});

/** Every name of a property in these API groups. */
async function knownKeys(groups: readonly string[]): Promise<ReadonlySet<string>> {
  const root = resolve(import.meta.dirname, '../../node_modules');
  const folders = [
    ...groups.map((group) => `kubernetes-models/${group}`),
    '@kubernetes-models/apimachinery/apis/meta/v1',
  ];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  return new Set(files.flatMap((text) => [...text.matchAll(/^\s*"?(\w+)"?\??:/gm)].map(([, key]) => key ?? '')));
}

/** Keys at any depth but those that authors choose: names of labels and of files. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    ['labels', 'matchLabels', 'data', 'selector', 'requests', 'limits'].includes(key) && !hasKeys(inner, 'matchLabels')
      ? [key]
      : [key, ...keysOf(inner)],
  );
}

const hasKeys = (value: unknown, key: string) => typeof value === 'object' && value !== null && key in value;

test('the pods run without rights on a root they cannot write, and are probed, drained and spread', async () => {
  const { spec } = await manifest('StatefulSet');
  const pod = spec.template.spec;
  const [container] = pod.containers;
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(container.livenessProbe.httpGet.path).toBe('/healthz');
  expect(container.readinessProbe.httpGet.path).toBe('/readyz');
  expect(container.volumeMounts.filter((mount: object) => 'subPath' in mount)).toEqual([]);
  for (const { name } of container.volumeMounts) {
    const made = [...pod.volumes, ...spec.volumeClaimTemplates.map(({ metadata }: { metadata: object }) => metadata)];
    expect(made).toContainEqual(expect.objectContaining({ name }));
  }
  const budget = await manifest('PodDisruptionBudget');
  expect(budget.spec.selector).toEqual(spec.selector);
  expect(budget.spec.minAvailable).toBeLessThan(spec.replicas);
});

test('the configuration in the ConfigMap loads, serves what it says, and divides its budgets by the number of pods', async () => {
  const place = await directory();
  const { data } = await manifest('ConfigMap');
  const policies = (await manifest('ConfigMap', 'pgwarden-policies')).data;
  await writeFile(join(place, 'config.yaml'), data['config.yaml'].replace('/etc/pgwarden-policies', place));
  for (const [name, text] of Object.entries(policies)) await writeFile(join(place, name), String(text));
  const config = loadConfig(join(place, 'config.yaml'));
  expect(config.server.sessions).toBe('stateless');
  const { spec } = await manifest('StatefulSet');
  expect(data['config.yaml']).toContain(`replicas: ${spec.replicas}\n`);
  expect(config.pools.maxConnectionsTotal).toBe(200 / spec.replicas);
  const ids = config.databases.map(({ id }) => id);
  expect([...(await readPolicies({ directory: place, byDatabase: {} }, ids)).keys()]).toEqual(ids);
  const secrets = spec.template.spec.containers[0].volumeMounts.find(
    ({ name }: { name: string }) => name === 'secrets',
  );
  expect(data['config.yaml']).toContain(`file: ${secrets.mountPath}/`);
});

test('the image is built of what is locked, runs as nobody, and asks itself whether it is well', async () => {
  const text = await read('Dockerfile');
  expect(validate(text)).toEqual([]);
  expect(text).toMatch(/^USER 10001:10001$/m);
  expect(text).toMatch(/npm ci --ignore-scripts/);
  expect(text).toMatch(/^HEALTHCHECK /m);
  expect(text).toMatch(/^STOPSIGNAL SIGTERM$/m);
  const { spec } = await manifest('StatefulSet');
  expect(text).toContain(`USER ${spec.template.spec.securityContext.runAsUser}:`);
});

test('systemd takes the unit, and calls what is left of its exposure OK', async (context) => {
  const version = await run('systemd-analyze', ['--version']).catch(() => undefined);
  if (version === undefined) {
    process.stdout.write('SKIPPED: systemd-analyze is not installed here, the unit was not verified\n');
    return context.skip();
  }
  const unit = join(await directory(), 'pgwarden.service');
  await copyFile(join(deploy, 'systemd/pgwarden.service'), unit);
  // the paths of an installed package are not there: everything else systemd finds is a mistake of the unit
  await writeFile(unit, (await readFile(unit, 'utf8')).replace('/usr/bin/node', process.execPath));
  const { stderr } = await run('systemd-analyze', ['verify', unit]);
  expect(stderr).toBe('');
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
  const exposure = Number(/exposure level for pgwarden\.service: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThanOrEqual(2);
});
