/** Whom AWS takes this process for, and what time it is there. Import this file only when it is called: it brings the SDK. */

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsSettings } from '../../model/database.ts';
import { withTimeLimit } from '../time-limit.ts';
import { type ClientNeeds, clientSettings } from './client-settings.ts';

export interface CallerIdentity {
  /** Of the user or the assumed role; undefined where AWS refused to say. */
  readonly arn: string | undefined;
  /** Milliseconds by which the clock of AWS is ahead of this machine's; undefined where no answer came. */
  readonly clockSkew: number | undefined;
  /** What the SDK threw, where AWS refused. */
  readonly refusal: unknown;
}

/** Milliseconds the question may take. */
const askingTime = 10_000;

const dateIn = (response: unknown): number => {
  const headers: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : {};
  return Date.parse(String(typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'date') : ''));
};

/** Asks once; needs no permission. Never rejects for what AWS, the network or the settings do. */
export async function callerIdentity(aws: AwsSettings, needs: ClientNeeds): Promise<CallerIdentity> {
  let there = Number.NaN;
  const skew = () => (Number.isNaN(there) ? undefined : there - Date.now());
  let client: STSClient | undefined;
  try {
    client = new STSClient(await clientSettings('sts', aws, needs));
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        there = dateIn(answer.response);
        return answer;
      },
      { step: 'deserialize', priority: 'low' }, // beside the wire: refusals pass it too
    );
    return { arn: await ask(client), clockSkew: skew(), refusal: undefined };
  } catch (refusal) {
    return { arn: undefined, clockSkew: skew(), refusal };
  } finally {
    client?.destroy();
  }
}

async function ask(client: STSClient): Promise<string | undefined> {
  const command = new GetCallerIdentityCommand({});
  const { Arn } = await withTimeLimit(askingTime, (abortSignal) => client.send(command, { abortSignal }));
  return Arn;
}
