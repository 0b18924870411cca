/** `pgwarden keys …`: `new` makes an API key, shows it once, and prints the entry that lets it in. */

import { type Command, Option } from 'commander';
import { isPrincipalId } from '../model/principal.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

interface KeyOptions {
  readonly principal: string;
  readonly role?: readonly string[];
  readonly json?: boolean;
}

const configOption = () =>
  new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)');

/** 256 random bits; the prefix lets scanners of leaked secrets recognise it. */
async function newKey({ principal, role: roles = [], json }: KeyOptions, { terminal }: CommandDeps): Promise<void> {
  for (const name of [principal, ...roles]) {
    if (!isPrincipalId(name))
      throw new CommandError(`${JSON.stringify(name)} cannot be the name of a principal or role.`, 2);
  }
  if (roles.includes(principal)) throw new CommandError(`${principal} cannot be a principal and a role.`, 2);
  const { createHash, randomBytes } = await import('node:crypto');
  const key = `pgw_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  if (json === true) {
    terminal.out(JSON.stringify({ key, principal, roles, sha256 }));
    return;
  }
  terminal.out(`Key of ${principal}, shown this once:\n\n  ${key}\n`);
  terminal.out('Entry for server.auth.keys, or for the file it names; a running server reads it at once:\n');
  terminal.out(
    `  - principal: ${JSON.stringify(principal)}\n    roles: ${JSON.stringify(roles)}\n    sha256: ${sha256}`,
  );
}

/** Adds `keys` and its command to the program. */
export function registerKeysCommand(program: Command, deps: CommandDeps): void {
  const keys = program.command('keys').description('API keys of server.auth');
  keys
    .command('new')
    .description('make a key; only its SHA-256 is kept, and only where you put it')
    .requiredOption('--principal <id>', 'who calls with it')
    .option('--role <role>', 'a role it brings; may be repeated', (role: string, before: string[] = []) => [
      ...before,
      role,
    ])
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden keys new --principal reporting --role analyst')
    .action((options: KeyOptions) => newKey(options, deps));
  keys
    .command('list')
    .description('the keys that are let in, and when each was last used according to the newest audit records')
    .addOption(configOption())
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden keys list')
    .action(async (options: import('./keys-edit.ts').ListOptions) => {
      const { keysList } = await import('./keys-edit.ts');
      await keysList(options, deps);
    });
  keys
    .command('revoke')
    .description('take keys out of the file that holds them; a running server refuses them from the next request on')
    .addOption(configOption())
    .option('--key <digits>', 'the key whose SHA-256 begins like this, as keys list shows it')
    .option('--principal <id>', 'every key of this principal')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden keys revoke --principal reporting')
    .action(async (options: import('./keys-edit.ts').RevokeOptions) => {
      const { keysRevoke } = await import('./keys-edit.ts');
      await keysRevoke(options, deps);
    });
}
