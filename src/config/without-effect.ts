/** Keys that decide nothing as the rest is written: `check` and `serve` warn of them. */

import { at } from './cross-checks.ts';
import type { Finding } from './findings.ts';
import type { ConfigInput } from './schema.ts';
import type { KeyPath, YamlFile } from './yaml-file.ts';

interface Idle {
  readonly path: KeyPath;
  readonly asked: (input: ConfigInput) => boolean;
  readonly because: string;
}

const idle: readonly Idle[] = [
  {
    path: ['audit', 'hot_days'],
    asked: ({ audit }) => audit.hot_days !== 90 && (audit.expired === 'keep' || audit.ship === undefined),
    because: 'A file leaves the directory before keep_days only with audit.ship and audit.expired: remove.',
  },
  {
    path: ['audit', 'keep_days'],
    asked: ({ audit }) => audit.keep_days !== 365 && audit.expired === 'keep' && audit.ship === undefined,
    because: 'Nothing is removed unless audit.expired says remove.',
  },
];

/** What has no effect. */
export function findWithoutEffect(input: ConfigInput, source: YamlFile): Finding[] {
  return idle
    .filter(({ asked }) => asked(input))
    .map(({ path, because }) => at(source, path, 'warning', 'has no effect', because));
}
