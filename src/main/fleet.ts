/** The fleet: what is in force, what may be used up, what is running, and what of it an operator sees. */

import type { AuditDesk } from '../audit/desk.ts';
import type { Config } from '../config/config.ts';
import { createFleet, type FleetParts } from '../fleet/fleet.ts';
import { createGuardedBackend } from '../fleet/guarded-backend.ts';
import { createHealth } from '../fleet/health.ts';
import { createRunningCalls } from '../fleet/running-calls.ts';
import { createStatus } from '../fleet/status.ts';
import type { Gauges } from '../observability/gauges.ts';
import type { PolicySource } from '../policy/casbin-decision-point.ts';
import { shipLag } from './audit.ts';

/** Old flags without a policy file: the one local caller of the chosen transport is who the built-in policy speaks of. */
export function policySource({ policy, server, stdio }: Config): PolicySource {
  if (policy.kind === 'files') return policy;
  const { auth, transport } = server;
  return transport !== 'stdio' && auth.mode === 'none'
    ? { ...policy, principal: auth.principal }
    : { ...policy, principal: stdio.principal };
}

export interface FleetInput extends Omit<FleetParts, 'policySource'> {
  readonly audit: AuditDesk;
  readonly caches: Gauges['caches'];
  readonly version: string;
}

export async function openFleet(parts: FleetInput) {
  const { config, backends, audit, caches, version } = parts;
  const fleet = createFleet({ ...parts, policySource });
  const calls = createRunningCalls();
  const health = createHealth();
  const guarded = createGuardedBackend({ ...config.limits, backend: backends, calls, health });
  const lag = await shipLag(config, audit);
  const status = createStatus({ fleet, backends, calls, health, audit: { waiting: audit.waiting, ...lag }, version });
  const gauges: Gauges = {
    connections: backends.budget,
    databases: status.databases,
    runningCalls: () => calls.list().length,
    heldResults: backends.held,
    configurationRefused: () => fleet.state().configuration === 'refused',
    auditWaiting: audit.waiting,
    caches,
    ...lag,
    waitingChanges: () => fleet.state().waiting?.changes.length ?? 0,
  };
  return { fleet, guarded, status, gauges };
}
