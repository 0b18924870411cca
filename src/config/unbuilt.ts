/** Keys that are accepted but whose feature this version does not have: `check` warns of them, `serve` never ignores one silently. */

import { at } from './cross-checks.ts';
import type { Finding } from './findings.ts';
import type { ConfigInput } from './schema.ts';
import type { KeyPath, YamlFile } from './yaml-file.ts';

interface Unbuilt {
  readonly path: KeyPath;
  readonly asked: (input: ConfigInput) => boolean;
  readonly instead: string;
}

/** Starting without these would be weaker than what was asked for, so `serve` refuses. */
const refusing: readonly Unbuilt[] = [
  {
    path: ['server', 'tls'],
    asked: ({ server }) => typeof server.tls === 'object',
    instead: 'Let a proxy in front do it, and write tls: terminated_upstream.',
  },
  {
    path: ['server', 'trusted_proxies'],
    asked: ({ server }) => server.trusted_proxies.length > 0,
    instead: 'Leave it out: forwarding headers are not believed.',
  },
];

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

/** What keeps `serve` from starting. */
export function findUnbuilt(input: ConfigInput, source: YamlFile): Finding[] {
  return refusing
    .filter(({ asked }) => asked(input))
    .map(({ path, instead }) =>
      at(source, path, 'warning', 'is not available in this version; serve will refuse', instead),
    );
}
