/** `pgwarden audit keygen`: one command that sets up signing. */

import { generateKey } from '../audit/keygen.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export async function auditKeygen(
  { out, name }: { readonly out: string; readonly name: string },
  deps: CommandDeps,
): Promise<void> {
  if (/[\s+]/.test(name) || name === '') throw new CommandError('A key name holds no space and no plus sign.', 2);
  const files = await generateKey(out, name).catch((error: unknown) => {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new CommandError(exists ? `${out} exists; a key is never overwritten.` : `${out} cannot be written.`, 2);
  });
  deps.terminal.out(
    `Private key: ${files.privateFile} (read by the server alone; a copy in safe hands can sign in its name)`,
  );
  deps.terminal.out(`Verifier key: ${files.publicFile} (give it to whoever verifies)`);
  deps.terminal.out(files.vkey);
  deps.terminal.out(`Configuration:\n  audit:\n    signing_key: { file: ${files.privateFile} }`);
  deps.exitWith(0);
}
