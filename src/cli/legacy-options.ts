/** The flags of the old single-database usage, in either spelling. */

import { Option } from 'commander';
import { legacyFlags } from '../config/legacy-settings.ts';

/** Options of `serve`, kept out of its help: the README and the example tell of them. */
export function legacyOptions(): Option[] {
  return legacyFlags.map(({ name, bare, meaning }) => {
    const option = new Option(bare ? `--${name} [true|false]` : `--${name} <value>`, meaning).hideHelp();
    option.attributeName = () => name;
    return option;
  });
}

const known = new Map(
  [...legacyFlags.map((flag) => flag.name), 'audit-directory'].map((name) => [name.replaceAll('-', '_'), name]),
);

/** `--secret-arn` becomes `--secret_arn`, `--audit_directory` becomes `--audit-directory`; what follows `--` is left alone. */
export function normalizeSpelling(args: readonly string[]): readonly string[] {
  const [first = '--'] = args;
  if (first !== 'serve' && !first.startsWith('-')) return args; // another command: its flags are its own
  const end = args.indexOf('--');
  return args.map((arg, index) => {
    if (end >= 0 && index >= end) return arg;
    const [, name = '', rest = ''] = /^--([A-Za-z][\w-]*)(=.*)?$/s.exec(arg) ?? [];
    const canonical = known.get(name.replaceAll('-', '_'));
    return canonical === undefined ? arg : `--${canonical}${rest}`;
  });
}
