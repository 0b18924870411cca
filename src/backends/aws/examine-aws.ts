/** What stands between this process and one database in AWS: identity, clock, secret, and the cluster's Data API. */

import type { AwsSettings, DatabaseType } from '../../model/database.ts';
import { BrokerError } from '../../model/errors.ts';
import { awsErrorName, awsReason } from './aws-failure.ts';
import type { ClusterState } from './describe-clusters.ts';
import { endpointFor, regionFor } from './endpoints.ts';
import type { ProxyFor } from './proxy.ts';
import { readLogin } from './secret-logins.ts';

/** One thing that is not as it should be, and what to do; for the operator who ran the examination. */
export interface ReachFinding {
  readonly severity: 'bad' | 'warning' | 'note';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface AwsExamination {
  readonly region: string | undefined;
  /** Whom AWS takes this process for. */
  readonly identity: string | undefined;
  /** Milliseconds by which AWS is ahead. */
  readonly clockSkew: number | undefined;
  /** Whether the secret could be read and used; undefined where there is none. */
  readonly secret: boolean | undefined;
  /** Whether the cluster answers the Data API; undefined where it is not used, or not known. */
  readonly dataApi: boolean | undefined;
  readonly findings: readonly ReachFinding[];
}

/** The parts of a connection that concern AWS. */
export interface AwsUse {
  readonly type: DatabaseType;
  readonly aws: AwsSettings;
  readonly secretArn: string | undefined;
  readonly resourceArn: string | undefined;
  /** For the region inside the name of an RDS host. */
  readonly hostname: string | undefined;
}

/** AWS turns signatures away that are more than five minutes off. */
const tolerated = 5 * 60_000;
const noticed = 30_000;

const bad = (code: string, message: string, hint: string): ReachFinding => ({ severity: 'bad', code, message, hint });

/** Asks AWS itself; nothing of it touches the database. Never rejects for what AWS or the network does. */
export async function examineAws(use: AwsUse, proxyFor?: ProxyFor): Promise<AwsExamination> {
  const arn = use.resourceArn ?? use.secretArn;
  const inName = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?$/.exec(use.hostname ?? '')?.[1];
  const given = use.aws.region ?? (use.resourceArn === undefined ? inName : undefined);
  const aws = given === undefined ? use.aws : { ...use.aws, region: given };
  const nothing = {
    region: undefined,
    identity: undefined,
    clockSkew: undefined,
    secret: undefined,
    dataApi: undefined,
  };
  let region: string;
  try {
    region = regionFor(aws, arn);
    endpointFor('sts', aws, arn); // says what else of the settings cannot be
  } catch (thrown) {
    return { ...nothing, findings: [misconfigured(thrown)] };
  }
  const who = await identityOf(aws, arn, proxyFor);
  if (who.findings.some(({ severity }) => severity === 'bad')) return { ...nothing, ...who, region };
  const secret = await secretOf(aws, use.secretArn, proxyFor);
  const cluster = await clusterOf({ ...aws, region }, use.resourceArn, proxyFor);
  return {
    ...nothing,
    ...who,
    region,
    ...secret,
    ...cluster,
    findings: [who, secret, cluster].flatMap((part) => part.findings),
  };
}

function misconfigured(thrown: unknown): ReachFinding {
  const { message, hint = '' } = thrown instanceof BrokerError ? thrown : { message: 'AWS cannot be asked.' };
  return bad('aws_settings', message, hint);
}

async function identityOf(aws: AwsSettings, arn: string | undefined, proxyFor: ProxyFor | undefined) {
  const { callerIdentity } = await import('./caller-identity.ts');
  const { arn: identity, clockSkew, refusal } = await callerIdentity(aws, { arn, sockets: 1, proxyFor });
  const findings: ReachFinding[] = [];
  if (clockSkew !== undefined && Math.abs(clockSkew) > noticed) findings.push(skewFinding(clockSkew));
  const known = findings.some(({ severity }) => severity === 'bad'); // the clock is why, whatever AWS said
  if (refusal !== undefined && !known)
    findings.push(
      bad(
        'aws_identity',
        awsReason(refusal) ?? `AWS did not say who this process is (${awsErrorName(refusal)}).`,
        aws.roleArn === undefined
          ? 'Give the process keys: variables, a profile, or the role of its container or instance.'
          : 'Look at the keys of the process, and at who may assume the configured role (sts:AssumeRole, external_id).',
      ),
    );
  return { identity, clockSkew, findings };
}

function skewFinding(skew: number): ReachFinding {
  const seconds = Math.round(Math.abs(skew) / 1000);
  const beyond = Math.abs(skew) > tolerated;
  return {
    severity: beyond ? 'bad' : 'warning',
    code: 'clock_skew',
    message: `The clock of this machine is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} that of AWS${beyond ? ', which turns its signatures away' : ''}.`,
    hint: 'Let the machine keep its time (chrony, systemd-timesyncd); five minutes are the most AWS tolerates.',
  };
}

async function secretOf(aws: AwsSettings, secretArn: string | undefined, proxyFor: ProxyFor | undefined) {
  if (secretArn === undefined) return { findings: [] };
  const { createSecretReader } = await import('./secrets-manager.ts');
  const reader = await createSecretReader({ secretArn, aws }, proxyFor);
  try {
    readLogin(await reader.read(secretArn));
    return { secret: true, findings: [] };
  } catch (thrown) {
    return { secret: false, findings: [secretFinding(thrown)] };
  } finally {
    reader.destroy();
  }
}

function secretFinding(thrown: unknown): ReachFinding {
  if (thrown instanceof BrokerError) return bad('secret_unusable', thrown.message, thrown.hint ?? '');
  const name = awsErrorName(thrown);
  if (name === 'ResourceNotFoundException')
    return bad('secret_missing', 'There is no such secret in the account and region.', 'Copy its whole ARN.');
  if (name === 'DecryptionFailure')
    return bad('secret_unreadable', 'The secret cannot be decrypted.', 'Permit kms:Decrypt on the key of the secret.');
  return bad(
    'secret_unreadable',
    awsReason(thrown) ?? `The secret cannot be read (${name}).`,
    'Permit secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of its own.',
  );
}

async function clusterOf(
  aws: AwsSettings & { readonly region: string },
  resourceArn: string | undefined,
  proxyFor: ProxyFor | undefined,
) {
  if (resourceArn === undefined) return { findings: [] };
  const { describeCluster } = await import('./describe-clusters.ts');
  try {
    const state = await describeCluster(aws, resourceArn, proxyFor);
    return { dataApi: state.dataApi, findings: clusterFindings(state) };
  } catch (thrown) {
    return { findings: [undescribed(thrown)] };
  }
}

function clusterFindings({ dataApi, status }: ClusterState): readonly ReachFinding[] {
  const findings: ReachFinding[] = [];
  if (!dataApi)
    findings.push(
      bad(
        'data_api_off',
        'The RDS Data API of the cluster is not enabled.',
        'aws rds enable-http-endpoint --resource-arn ARN, or in the console: Modify, RDS Data API.',
      ),
    );
  if (/^(stopp|delet|inaccessible)/.test(status))
    findings.push(bad('cluster_down', `The cluster is ${status}.`, 'Start it, or set enabled: false.'));
  return findings;
}

function undescribed(thrown: unknown): ReachFinding {
  const name = awsErrorName(thrown);
  if (/^DBClusterNotFound/.test(name))
    return bad('cluster_missing', 'There is no such cluster in the account and region.', 'Copy its whole ARN.');
  return {
    severity: 'note',
    code: 'cluster_undescribed',
    message: `Whether the Data API is enabled is not known: ${awsReason(thrown) ?? name}`,
    hint: 'Permit rds:DescribeDBClusters on the cluster to have it looked at.',
  };
}
