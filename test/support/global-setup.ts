/** One PostgreSQL 18 for the whole test run; every test file makes databases of its own in it. */

import type { TestProject } from 'vitest/node';
import { startCluster } from './cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
    };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  project.provide('postgres', {
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: cluster.password,
  });
  return cluster.stop;
}
