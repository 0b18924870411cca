/** Makes the server's settings of what the file says, reading the file of API keys where one is named. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ApiKey, AuthSettings, TlsSettings } from '../model/authentication.ts';
import type { ServerSettings } from './config.ts';
import { at } from './cross-checks.ts';
import { explainIssues } from './explain-issue.ts';
import { ConfigError, type Finding } from './findings.ts';
import { apiKeysSchema, type ConfigInput } from './schema.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

type ServerInput = ConfigInput['server'];

function readKeyFile(path: string, source: YamlFile, sources: YamlFile[], findings: Finding[]): ApiKey[] {
  try {
    const keys = readYaml(path, readFileSync(path, 'utf8'));
    sources.push(keys);
    const parsed = apiKeysSchema.safeParse(keys.value);
    if (parsed.success) return parsed.data;
    findings.push(...explainIssues(parsed.error.issues, apiKeysSchema, keys));
  } catch (thrown) {
    if (thrown instanceof ConfigError) findings.push(...thrown.findings);
    else findings.push(at(source, ['server', 'auth', 'keys', 'file'], 'error', `${path} cannot be read`));
  }
  return [];
}

function checkKeys(keys: readonly ApiKey[], source: YamlFile, findings: Finding[]): void {
  const seen = new Set<string>();
  const roles = new Set(keys.flatMap((key) => key.roles));
  const path = ['server', 'auth', 'keys'];
  if (keys.length === 0)
    findings.push(at(source, path, 'warning', 'holds no key, so nobody can call', 'pgwarden keys new makes one.'));
  for (const { principal, sha256 } of keys) {
    if (seen.has(sha256)) findings.push(at(source, path, 'error', `the key of ${principal} is listed twice`));
    if (roles.has(principal))
      findings.push(at(source, path, 'error', `${principal} is the name of a principal and of a role`));
    seen.add(sha256);
  }
}

function buildAuth(
  auth: ServerInput['auth'],
  source: YamlFile,
  sources: YamlFile[],
  findings: Finding[],
): AuthSettings {
  if (auth.mode === 'none') return auth;
  if (auth.mode === 'api_key') {
    const keys = Array.isArray(auth.keys)
      ? auth.keys
      : readKeyFile(resolve(dirname(source.file), auth.keys.file), source, sources, findings);
    checkKeys(keys, source, findings);
    return { mode: 'api_key', keys };
  }
  if (auth.mode === 'client_certificate') return { mode: 'client_certificate', principalFrom: auth.principal_from };
  return {
    mode: 'oauth',
    issuer: auth.issuer,
    audience: auth.audience,
    ...(auth.jwks_url !== undefined && { jwksUrl: auth.jwks_url }),
    principalClaim: auth.principal_claim,
    rolesClaim: auth.roles_claim,
    ...(auth.scopes !== undefined && { scopes: auth.scopes }),
    ...(auth.on_behalf_of_claim !== undefined && { onBehalfOfClaim: auth.on_behalf_of_claim }),
  };
}

function buildTls(tls: Exclude<ServerInput['tls'], undefined>, directory: string): TlsSettings {
  if (tls === 'terminated_upstream') return { kind: 'terminated_upstream' };
  return {
    kind: 'files',
    cert: resolve(directory, tls.cert),
    key: resolve(directory, tls.key),
    ...(tls.client_ca !== undefined && { clientCa: resolve(directory, tls.client_ca) }),
  };
}

/** `input` has passed the schema; what is wrong with the keys is added to `findings`, and the file they are in to `sources`. */
export function buildServer(
  input: ServerInput,
  source: YamlFile,
  sources: YamlFile[],
  findings: Finding[],
): ServerSettings {
  return {
    transport: input.transport,
    listen: input.listen,
    ...(input.public_url !== undefined && { publicUrl: input.public_url }),
    allowedHosts: input.allowed_hosts,
    allowedOrigins: input.allowed_origins,
    maxBodyBytes: input.max_body_bytes,
    sessions: input.sessions,
    ...(input.tls !== undefined && { tls: buildTls(input.tls, dirname(source.file)) }),
    trustedProxies: input.trusted_proxies,
    ...(input.admin_listen !== 'off' && { adminListen: input.admin_listen }),
    rolesAllowed: input.roles_allowed,
    auth: buildAuth(input.auth, source, sources, findings),
  };
}
