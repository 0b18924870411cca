/** Secrets with their versions, as GetSecretValue shows them (README, E14). */

import { randomUUID } from 'node:crypto';
import { ServiceError } from './service-error.ts';

interface Version {
  readonly id: string;
  readonly text: string;
  stages: string[];
}

export interface Secret {
  readonly arn: string;
  readonly versions: Version[];
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

const fault = (code: string, message: string) => new ServiceError(code, 400, message);

export class SecretStore {
  readonly #secrets = new Map<string, Secret>();

  /** Makes a secret, or a new current version of it; the one before becomes AWSPREVIOUS. */
  put(arn: string, text: string): void {
    const secret = this.#secrets.get(arn) ?? { arn, versions: [] };
    for (const version of secret.versions) {
      const wasCurrent = version.stages.includes('AWSCURRENT');
      version.stages = wasCurrent ? ['AWSPREVIOUS'] : version.stages.filter((stage) => stage !== 'AWSPREVIOUS');
    }
    secret.versions.push({ id: randomUUID(), text, stages: ['AWSCURRENT'] });
    this.#secrets.set(arn, secret);
  }

  getSecretValue(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const { SecretId: id, VersionId: versionId, VersionStage: stage = 'AWSCURRENT' } = body;
    if (typeof id !== 'string' || id === '') throw fault('InvalidParameterException', 'Invalid name.');
    const secret = this.#secrets.get(id);
    const version = secret?.versions.find((one) =>
      versionId === undefined ? one.stages.includes(String(stage)) : one.id === versionId,
    );
    if (secret === undefined || version === undefined)
      throw fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return {
      ARN: secret.arn,
      Name: secret.arn.split(':').slice(6).join(':'),
      VersionId: version.id,
      SecretString: version.text,
      VersionStages: version.stages,
      CreatedDate: Math.floor(Date.now()) / 1000,
    };
  }

  /** The login the Data API takes from the secret; its own errors for a missing or unusable one (README, E3). */
  login(arn: string): Login {
    const current = this.#secrets.get(arn)?.versions.find((version) => version.stages.includes('AWSCURRENT'));
    if (current === undefined) throw fault('SecretsErrorException', "Secrets Manager can't find the specified secret.");
    const { username, password } = parseObject(current.text);
    if (typeof username !== 'string' || typeof password !== 'string')
      throw fault('InvalidSecretException', 'The secret does not hold a username and a password.');
    return { username, password };
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
