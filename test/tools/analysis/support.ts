/** One analysis tool over a real database, through the real corridor. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../../../src/model/database.ts';
import type { Tool } from '../../../src/tools/tool.ts';
import { aDatabase, directConnection } from '../../support/authorized.ts';
import { alice, type Corridor, openCorridor } from '../../support/corridor.ts';
import { type ServerAddress, type TestDatabase, testDatabase } from '../../support/postgres.ts';

const finding = z.object({
  object: z.string(),
  problem: z.string(),
  severity: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number()])),
  advice: z.string().min(20),
  sql: z.string().optional(),
});
export type Finding = z.output<typeof finding>;

export interface Analysis {
  readonly corridor: Corridor;
  /** Checks the answer against the tool's own schema and hands it over. */
  readonly ask: (tool: Tool, args?: Record<string, unknown>) => Promise<Asked>;
  readonly close: () => Promise<void>;
}

export interface Asked {
  readonly content: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
  /** The findings of one problem, by object. */
  readonly of: (problem: string) => Readonly<Record<string, Finding>>;
  /** Everything the caller gets, as text. */
  readonly all: string;
}

export async function openAnalysis(connection: Database['connection'], policy: readonly string[]): Promise<Analysis> {
  const corridor = await openCorridor({ databases: [aDatabase(connection, { id: 'main' })], policy });
  const { parts, broker } = corridor;
  return {
    corridor,
    async ask(tool, args = {}) {
      const call = { id: randomUUID(), tool: tool.name, principal: alice, client: {}, transport: 'stdio' } as const;
      const answer = await tool.run({ ...parts, broker }, args, { call, signal: new AbortController().signal });
      const content = z.record(z.string(), z.unknown()).parse(tool.output.parse(answer.content));
      const findings = z.array(finding).parse(content['findings'] ?? []);
      const of = (problem: string) =>
        Object.fromEntries(findings.filter((found) => found.problem === problem).map((found) => [found.object, found]));
      return { content, findings, of, all: JSON.stringify(content) + (answer.notice ?? '') };
    },
    close: corridor.close,
  };
}

export interface Planted {
  readonly database: TestDatabase;
  readonly as: (policy: readonly string[]) => Promise<Analysis>;
  readonly drop: () => Promise<void>;
}

/** A database with these seeds, each a transaction, whose counters are written out before the first question. */
export async function planted(seeds: string | readonly string[], server?: ServerAddress): Promise<Planted> {
  const database = await testDatabase(server === undefined ? {} : { server });
  const client = await database.client();
  for (const seed of [seeds].flat()) {
    await client.query(seed);
    await client.query('SELECT pg_stat_force_next_flush()'); // counters wait in the session that made them
  }
  const open: Analysis[] = [];
  return {
    database,
    async as(policy) {
      const analysis = await openAnalysis(directConnection(database), policy);
      open.push(analysis);
      return analysis;
    },
    async drop() {
      for (const analysis of open) await analysis.close();
      await database.drop();
    },
  };
}

export const everything = ['p, analyst, *, **, select, allow'];
export const publicOnly = ['p, analyst, *, public.*, select, allow'];
