/** A process that makes signed calls and kills itself at one chosen file operation: before it, in the middle of it, or after it. */

import { writeSync } from 'node:fs';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { diskFiles, type LogFiles } from '../../src/audit/log-files.ts';
import { aPermit, aResult, testKey, testSigningKey } from './shapes.ts';

const [directory = '', at = '0', when = 'before'] = process.argv.slice(2);
let step = 0;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function counted<T>(work: () => Promise<T>, middle: () => Promise<unknown>): Promise<T> {
  step += 1;
  if (step !== Number(at)) return work();
  if (when === 'middle') await middle();
  if (when === 'after') await work();
  die();
  return new Promise(() => undefined);
}

const nothing = () => Promise.resolve();

const files: LogFiles = {
  open: (path, flags, mode) => counted(() => diskFiles.open(path, flags, mode), nothing),
  write: (fd, bytes) =>
    counted(
      () => diskFiles.write(fd, bytes),
      () => diskFiles.write(fd, bytes.subarray(0, bytes.length >> 1)),
    ),
  datasync: (fd) => counted(() => diskFiles.datasync(fd), nothing),
  sync: (fd) => counted(() => diskFiles.sync(fd), nothing),
  truncate: (fd, length) => counted(() => diskFiles.truncate(fd, length), nothing),
  close: (fd) => counted(() => diskFiles.close(fd), nothing),
  holds: diskFiles.holds,
};

/** The second call begins a new file. */
const desk = await createAuditDesk({
  directory,
  sql: 'redacted',
  hmacKey: testKey,
  signingKey: testSigningKey,
  rotateBytes: 2_000,
  files,
});
await desk.recover();
for (let i = 0; i < 3; i += 1) {
  const query = await desk.recordIntent(aPermit());
  const { request, intent } = openAuthorized(query);
  writeSync(1, `${JSON.stringify({ executed: request.call.id, ...intent })}\n`); // the backend's part
  writeSync(1, `${JSON.stringify(await desk.recordOutcome(query, { ok: true, value: aResult }))}\n`);
}
await desk.close();
writeSync(1, `${JSON.stringify({ steps: step })}\n`);
