/** Signs IAM tokens. Import this file only when a session needs one: it brings the SDK. */

import { Signer } from '@aws-sdk/rds-signer';
import type { CredentialProvider } from './credential-chain.ts';

export interface TokenRequest {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
}

export const signToken = (request: TokenRequest): Promise<string> => new Signer(request).getAuthToken();
