/** References to secrets as they are written in the file; the secret itself is refused there. */

import { z } from 'zod';

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of an environment variable' });

/** Marks the one mistake that must never be echoed: a secret written into the file. */
export const literalSecret = 'a literal secret is refused';

/** `{ env: NAME }` or `{ file: PATH }`. */
export const secretReference = z
  .union([z.strictObject({ env: environmentName }), z.strictObject({ file: z.string().min(1) })], {
    error: (issue) => (typeof issue.input === 'string' ? literalSecret : 'must be { env: NAME } or { file: PATH }'),
  })
  .meta({ description: 'Where the secret is: { env: NAME } or { file: PATH }.' });

export type SecretReferenceInput = z.output<typeof secretReference>;
