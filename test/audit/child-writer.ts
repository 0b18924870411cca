/** A process that records calls without end and prints each receipt once it has it; a test kills it at any moment. */

import { writeSync } from 'node:fs';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { aCall, testKey } from './shapes.ts';

const [directory = '', callers = '8'] = process.argv.slice(2);
const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey });
await desk.recover();
const databases = ['orders', 'sales', 'users'];
const warm = await Promise.all(databases.map((database) => aCall(desk, { database })));
writeSync(1, `${[{ instance: desk.instance }, ...warm].map((line) => JSON.stringify(line)).join('\n')}\n`);

async function load(caller: number): Promise<void> {
  for (;;) {
    const receipt = await aCall(desk, { database: databases[caller % 3] ?? 'orders' });
    writeSync(1, `${JSON.stringify(receipt)}\n`);
  }
}

await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => load(caller)));
