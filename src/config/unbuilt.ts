/** Keys that are accepted but whose feature this version does not have: `check` and `serve` warn of them. */

import { at } from './cross-checks.ts';
import type { Finding } from './findings.ts';
import type { ConfigInput } from './schema.ts';
import type { KeyPath, YamlFile } from './yaml-file.ts';

interface Unbuilt {
  readonly path: KeyPath;
  readonly asked: (input: ConfigInput) => boolean;
  readonly instead: string;
}

/** Without these the server starts, does less than it could, and `check` says so. */
const withoutEffect: readonly Unbuilt[] = [
  {
    path: ['audit', 'hot_days'],
    asked: ({ audit }) => audit.hot_days !== 90,
    instead: 'Nothing is moved: a file stays in the directory until keep_days are over.',
  },
  {
    path: ['audit', 'keep_days'],
    asked: ({ audit }) => audit.keep_days !== 365 && audit.expired === 'keep' && audit.ship === undefined,
    instead: 'Nothing is removed unless audit.expired says remove.',
  },
];

/** What has no effect yet. */
export function findWithoutEffect(input: ConfigInput, source: YamlFile): Finding[] {
  return withoutEffect
    .filter(({ asked }) => asked(input))
    .map(({ path, instead }) => at(source, path, 'warning', 'has no effect in this version', instead));
}
