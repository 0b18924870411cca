/** What doctor says of the way to a database: AWS, where it takes part, and the server's certificate. */

import type { Connection } from '../model/database.ts';
import type { PostureFinding } from '../policy/posture.ts';

/** `main` brings it: AWS clients and sockets live with the backends. Never rejects for what the network does. */
export type ExamineReach = (connection: Connection) => Promise<{
  readonly aws:
    | {
        readonly region: string | undefined;
        readonly identity: string | undefined;
        readonly clockSkew: number | undefined;
        readonly secret: boolean | undefined;
        readonly dataApi: boolean | undefined;
      }
    | undefined;
  readonly findings: readonly Pick<PostureFinding, 'severity' | 'code' | 'message' | 'hint'>[];
}>;

/** What `--json` prints; null where it is not known or not used. */
export interface AwsFacts {
  readonly region: string | null;
  readonly identity: string | null;
  readonly clock_skew_ms: number | null;
  readonly secret_usable: boolean | null;
  readonly data_api_enabled: boolean | null;
}

export async function reachOf(examineReach: ExamineReach, connection: Connection) {
  const { aws, findings } = await examineReach(connection);
  const facts: AwsFacts | undefined = aws && {
    region: aws.region ?? null,
    identity: aws.identity ?? null,
    clock_skew_ms: aws.clockSkew ?? null,
    secret_usable: aws.secret ?? null,
    data_api_enabled: aws.dataApi ?? null,
  };
  const full: readonly PostureFinding[] = findings.map((finding) => ({ ...finding, items: [], total: 0 }));
  return { ...(facts !== undefined && { aws: facts }), findings: full };
}

const said = (known: boolean | null, yes: string, no: string): readonly string[] =>
  known === null ? [] : [known ? yes : no];

/** One line for a terminal. */
export function awsLine({ region, identity, secret_usable, data_api_enabled }: AwsFacts): string {
  return [
    identity ?? 'not known to AWS',
    ...(region === null ? [] : [region]),
    ...said(secret_usable, 'secret usable', 'secret not usable'),
    ...said(data_api_enabled, 'Data API enabled', 'Data API not enabled'),
  ].join(', ');
}
