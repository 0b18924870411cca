/** Makes the golden vectors and the published schema anew: `npx tsx test/audit/make-vectors.ts`. Review what changed before committing it. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { recordJsonSchema } from '../../src/audit/record-check.ts';
import { Refusal } from '../../src/model/errors.ts';
import { rechained } from './rechained.ts';
import { aCall, aDatabase, aRequest, aStatement, testKey, testSigningKey, testVerifierKey } from './shapes.ts';

const audit = resolve(import.meta.dirname, '../../audit');
const vectors = join(audit, 'vectors');

const log = 'orders/i1/000000000000.jsonl';

/** Each attack on the log of seven lines, as its file name says. */
const attacks: Record<string, (lines: string[]) => string[]> = {
  'field-changed': (lines) => lines.with(3, (lines[3] ?? '').replace('alice', 'mallo')),
  'space-added': (lines) => lines.with(3, (lines[3] ?? '').replace('"call":', '"call": ')),
  'key-duplicated': (lines) => lines.with(6, (lines[6] ?? '').replace('"call":', '"st":"ok","call":')),
  'line-removed': (lines) => lines.toSpliced(3, 1),
  'lines-swapped': (lines) => lines.with(3, lines[4] ?? '').with(4, lines[3] ?? ''),
  'line-copied': (lines) => lines.toSpliced(4, 0, lines[3] ?? ''),
  'beginning-removed': (lines) => lines.slice(1),
  'carriage-returns': (lines) => lines.map((line) => `${line}\r`),
  'byte-order-mark': (lines) => lines.with(0, `\ufeff${lines[0] ?? ''}`),
  'outcome-removed': (lines) => lines.slice(0, -1),
};

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function makeValid(): Promise<string[]> {
  const directory = join(vectors, 'intact');
  const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey });
  const refused = "SELECT ssn FROM customers WHERE name = 'Smith'";
  await aCall(desk, { sql: 'SELECT id, total FROM orders WHERE id = 7', call: '019aa0c6-5b7a-7c1e-8a51-000000000001' });
  await desk.recordRefusal(
    aRequest({ sql: refused, call: '019aa0c6-5b7a-7c1e-8a51-000000000002' }),
    new Refusal('POLICY_DENIED', 'no', { position: 8 }),
    { database: aDatabase(), statement: aStatement({ sql: refused }) },
  );
  await aCall(desk, { sql: 'SELECT count(*) FROM orders -- größe', call: '019aa0c6-5b7a-7c1e-8a51-000000000003' });
  await aCall(desk, { sql: "SELECT '\u2028' LIMIT 10", call: '019aa0c6-5b7a-7c1e-8a51-000000000004' });
  await desk.close();
  for (const path of ['i1.lock', 'orders/i1/index']) rmSync(join(directory, path), { recursive: true });
  return readFileSync(join(directory, log), 'utf8').split('\n').slice(0, -1);
}

/** A small signed log, and what a forger makes of it. */
async function makeSigned(): Promise<void> {
  const directory = join(vectors, 'signed');
  const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey, signingKey: testSigningKey });
  for (let i = 0; i < 3; i += 1) await aCall(desk, { call: `019aa0c6-5b7a-7c1e-8a51-00000000001${i}` });
  await desk.close();
  for (const path of ['i1.lock', 'orders/i1/index', '_anchor/i1/index'])
    rmSync(join(directory, path), { recursive: true });
  const signed = readFileSync(join(directory, log), 'utf8').split('\n').slice(0, -1);
  const anchor = readFileSync(join(directory, '_anchor/i1/000000000000.jsonl'), 'utf8');
  const forgeries = {
    'signed-rewritten': rechained(signed.with(2, (signed[2] ?? '').replace('alice', 'mallo'))),
    'signed-cut': signed.slice(0, 4),
    'signed-unsigned': rechained(
      signed
        .filter((line) => !/"type":"(?:seal|epoch)"/.test(line))
        .map((line) => line.replace(/"vkeys":\[[^\]]*\]/, '"vkeys":[]')),
    ),
  };
  for (const [name, forged] of Object.entries(forgeries)) {
    write(join(vectors, name, log), `${forged.join('\n')}\n`);
    if (name === 'signed-cut') write(join(vectors, name, '_anchor/i1/000000000000.jsonl'), anchor);
  }
  write(join(vectors, 'identity.vkey'), `${testVerifierKey}\n`);
}

rmSync(vectors, { recursive: true, force: true });
const lines = await makeValid();
for (const [name, attack] of Object.entries(attacks))
  write(join(vectors, name, log), `${attack([...lines]).join('\n')}\n`);
write(join(vectors, 'line-unfinished', log), `${lines.join('\n')}\n{"prev":"`);
await makeSigned();
write(join(audit, 'schema.json'), `${JSON.stringify(recordJsonSchema(), undefined, 2)}\n`);
