/** What single keys cannot say: rules between keys, and things that are allowed but should be known. */

import type { AuthSettings, TlsSettings } from '../model/authentication.ts';
import { regionOf } from './build-database.ts';
import type { ListenAddress } from './config.ts';
import type { DatabaseInput } from './database-schema.ts';
import { dotted } from './explain-issue.ts';
import type { Finding } from './findings.ts';
import { nearest } from './near-key.ts';
import type { ConfigInput } from './schema.ts';
import { isLoopback } from './units.ts';
import type { KeyPath, YamlFile } from './yaml-file.ts';

/** One database as written, and the file it is written in. */
export interface WrittenDatabase {
  readonly input: DatabaseInput;
  readonly source: YamlFile;
}

export type Written = ReadonlyMap<string, WrittenDatabase>;

/** A finding at `path` of `source`. */
export function at(
  source: YamlFile,
  path: KeyPath,
  severity: Finding['severity'],
  message: string,
  hint?: string,
): Finding {
  const place = { severity, file: source.file, line: source.lineOf(path), key: dotted(path), message };
  return hint === undefined ? place : { ...place, hint };
}

/** Why this address may not be listened on, with the line that cures it; undefined when it may. */
export function listenProblem(listen: ListenAddress, auth: AuthSettings['mode'], tls: TlsSettings['kind'] | undefined) {
  if (isLoopback(listen)) return undefined;
  if (auth === 'none') {
    return {
      message: `others than this machine reach ${listen.host}, and nobody is authenticated there`,
      hint: 'Add to the configuration: server: { auth: { mode: api_key, keys: [{ principal: NAME, roles: [ROLE], sha256: HASH }] } }, or listen on 127.0.0.1.',
    };
  }
  if (tls !== undefined) return undefined;
  return {
    message: `others than this machine reach ${listen.host}, and nothing says how the connection is encrypted`,
    hint: 'Add under server: tls: terminated_upstream (a proxy in front does it), or tls: { cert: FILE, key: FILE }.',
  };
}

function checkServer({ server, audit }: ConfigInput, source: YamlFile): Finding[] {
  const findings: Finding[] = [];
  const tls =
    server.tls === undefined ? undefined : server.tls === 'terminated_upstream' ? 'terminated_upstream' : 'files';
  const problem = listenProblem(server.listen, server.auth.mode, tls);
  if (problem !== undefined) findings.push(at(source, ['server', 'listen'], 'error', problem.message, problem.hint));
  if (server.auth.mode === 'client_certificate' && !(typeof server.tls === 'object' && server.tls.client_ca)) {
    const hint = 'Add under server: tls: { cert: FILE, key: FILE, client_ca: FILE }.';
    findings.push(
      at(source, ['server', 'auth', 'mode'], 'error', 'client_certificate needs server.tls.client_ca', hint),
    );
  }
  if (audit.sql === 'hmac' && audit.hmac_key === undefined) {
    findings.push(
      at(source, ['audit', 'sql'], 'error', 'hmac needs a key', 'Add under audit: hmac_key: { env: NAME }.'),
    );
  }
  if (audit.keep_days < audit.hot_days) {
    findings.push(at(source, ['audit', 'keep_days'], 'error', `must not be less than hot_days (${audit.hot_days})`));
  }
  return [...findings, ...checkShipping(audit, source), ...checkCopy(audit, source)];
}

/** Files may leave the directory after hot_days because the copy stays; so it must stay. */
function checkCopy({ ship, keep_days: keepDays, expired }: ConfigInput['audit'], source: YamlFile): Finding[] {
  if (expired === 'keep' || ship?.keep_days === undefined || ship.keep_days >= keepDays) return [];
  const message = `must not be less than audit.keep_days (${keepDays}) where audit.expired is remove`;
  return [at(source, ['audit', 'ship', 'keep_days'], 'error', message, 'After hot_days the copy is all there is.')];
}

/** Milliseconds that a pass may take when all is well: lines settle for two seconds, then they are sent. */
const shippingTakes = 5_000;

function checkShipping({ ship, require_shipped_within: within }: ConfigInput['audit'], source: YamlFile): Finding[] {
  const path = ['audit', 'require_shipped_within'];
  if (within === undefined) return [];
  if (ship === undefined)
    return [
      at(source, path, 'error', 'needs audit.ship', 'Add under audit: ship: { to: s3, bucket: NAME, region: REGION }.'),
    ];
  if (within >= ship.every + shippingTakes) return [];
  return [
    at(
      source,
      path,
      'error',
      'must be at least 5s longer than ship.every',
      'The copy is that old even when all is well.',
    ),
  ];
}

function checkDefault({ default_database: wanted }: ConfigInput, written: Written, source: YamlFile): Finding[] {
  if (written.size === 0) {
    return [
      at(
        source,
        ['databases'],
        'error',
        'no database is configured',
        'Add one under databases, or name files under include.',
      ),
    ];
  }
  if (wanted === undefined || written.has(wanted)) return [];
  const meant = nearest(wanted, [...written.keys()]);
  const hint =
    meant === undefined ? `Configured: ${[...written.keys()].slice(0, 20).join(', ')}.` : `Did you mean ${meant}?`;
  return [at(source, ['default_database'], 'error', 'names a database that is not configured', hint)];
}

function arnsOf(input: DatabaseInput): (readonly [key: string, arn: string])[] {
  const arns: [string, string][] = [];
  if (input.type === 'rds_data_api') arns.push(['resource_arn', input.resource_arn]);
  if (input.type !== 'embedded' && input.secret_arn !== undefined) arns.push(['secret_arn', input.secret_arn]);
  return arns;
}

function isPlaceholder(arn: string): boolean {
  return regionOf(arn) === undefined || !/^\d{12}$/.test(arn.split(':')[4] ?? '');
}

function checkDatabase(id: string, { input, source }: WrittenDatabase): Finding[] {
  const placeholders = arnsOf(input)
    .filter(([, arn]) => isPlaceholder(arn))
    .map(([key, arn]) =>
      at(
        source,
        ['databases', id, key],
        'warning',
        `${arn} is a placeholder`,
        'Put the real region and the 12-digit account number into it.',
      ),
    );
  if (input.type !== 'direct_postgres') return placeholders;
  const credentials = [input.password && 'password', input.secret_arn && 'secret_arn', input.auth && 'auth'].filter(
    (key) => key !== undefined,
  );
  const [, surplus] = credentials;
  if (surplus === undefined) return placeholders;
  const message = `is a second credential beside ${credentials[0]}`;
  return [
    ...placeholders,
    at(source, ['databases', id, surplus], 'error', message, 'Keep one of password, secret_arn, auth.'),
  ];
}

/** Everything found between keys; errors stop the start. */
export function crossCheck(input: ConfigInput, written: Written, source: YamlFile): Finding[] {
  const databases = [...written].flatMap(([id, database]) => checkDatabase(id, database));
  return [...checkServer(input, source), ...checkDefault(input, written, source), ...databases];
}
