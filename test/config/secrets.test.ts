/** Secrets are read when asked for, from where the reference says, and never named in an error. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecrets } from '../../src/config/secrets.ts';
import { directoryOf } from './written-config.ts';

test('a variable is read at the moment it is asked for', async () => {
  const environment: Record<string, string> = {};
  const secrets = createSecrets(environment);
  await expect(secrets.read({ env: 'ORDERS_PASSWORD' })).rejects.toThrow(/ORDERS_PASSWORD is not set/);
  environment['ORDERS_PASSWORD'] = 'first';
  await expect(secrets.read({ env: 'ORDERS_PASSWORD' })).resolves.toBe('first');
  environment['ORDERS_PASSWORD'] = 'second';
  await expect(secrets.read({ env: 'ORDERS_PASSWORD' })).resolves.toBe('second');
});

test('a file gives its text without the one line feed editors add', async () => {
  const directory = directoryOf({ a: 'secret \n', b: 'two\n\n', empty: '\n' });
  const { read } = createSecrets({});
  await expect(read({ file: join(directory, 'a') })).resolves.toBe('secret ');
  await expect(read({ file: join(directory, 'b') })).resolves.toBe('two\n');
  await expect(read({ file: join(directory, 'empty') })).rejects.toThrow(/empty/);
  await expect(read({ file: join(directory, 'missing') })).rejects.toThrow(/ENOENT/);
});

test('a secret in AWS is refused plainly', async () => {
  await expect(createSecrets({}).read({ secretArn: 'arn:aws:secretsmanager:r:a:secret:x' })).rejects.toThrow(
    /AWS Secrets Manager/,
  );
});
