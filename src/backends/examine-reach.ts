/** What stands between this process and one database: AWS where it takes part, and the server's certificate. */

import type { Connection } from '../model/database.ts';
import type { AwsExamination, AwsUse, ReachFinding } from './aws/examine-aws.ts';
import type { ProxyFor } from './aws/proxy.ts';

export interface Reach {
  /** Undefined where AWS has no part in it. */
  readonly aws: Omit<AwsExamination, 'findings'> | undefined;
  readonly findings: readonly ReachFinding[];
}

/** The part AWS has in a connection: the Data API, a secret, or tokens. */
function awsUse(connection: Connection): AwsUse | undefined {
  const { type } = connection;
  if (type === 'embedded') return undefined;
  const { aws } = connection;
  if (type === 'rds_data_api') {
    const { resourceArn, secretArn } = connection;
    return { type, aws, resourceArn, secretArn, hostname: undefined };
  }
  const { hostname, password, iam } = connection;
  const secretArn = password !== undefined && 'secretArn' in password ? password.secretArn : undefined;
  if (!iam && secretArn === undefined) return undefined;
  return { type, aws, resourceArn: undefined, secretArn, hostname };
}

/** Never rejects for what AWS, the server or the network does. Nothing of it logs in to the database. */
export async function examineReach(connection: Connection, proxyFor?: ProxyFor): Promise<Reach> {
  const use = awsUse(connection);
  const [cloud, certificate] = await Promise.all([
    use === undefined ? undefined : import('./aws/examine-aws.ts').then(({ examineAws }) => examineAws(use, proxyFor)),
    connection.type !== 'direct_postgres'
      ? []
      : import('./postgres/examine-certificate.ts').then(({ examineCertificate }) => examineCertificate(connection)),
  ]);
  if (cloud === undefined) return { aws: undefined, findings: certificate };
  const { findings, ...aws } = cloud;
  return { aws, findings: [...findings, ...certificate] };
}
