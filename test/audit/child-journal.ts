/** A process that records calls on many databases at once, says what is durable, and kills itself at one chosen file operation. */

import { fstatSync, writeSync } from 'node:fs';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { diskFiles, type LogFiles } from '../../src/audit/log-files.ts';
import { aCall, testKey, testSigningKey } from './shapes.ts';

const [directory = '', at = '0', when = 'before'] = process.argv.slice(2);
const paths = new Map<number, string>();
let step = 0;

const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);
const durable = (fd: number) => void say({ durable: paths.get(fd), size: fstatSync(fd).size });

async function counted<T>(work: () => Promise<T>, middle: () => Promise<unknown>): Promise<T> {
  step += 1;
  const dies = step === Number(at);
  if (dies && when === 'before') process.kill(process.pid, 'SIGKILL');
  if (dies && when === 'middle') await middle();
  if (dies && when === 'middle') process.kill(process.pid, 'SIGKILL');
  const done = await work();
  if (dies) process.kill(process.pid, 'SIGKILL');
  return done;
}

const nothing = () => Promise.resolve();

const files: LogFiles = {
  ...diskFiles,
  async open(path, flags, mode) {
    const fd = await counted(() => diskFiles.open(path, flags, mode), nothing);
    paths.set(fd, path);
    return fd;
  },
  write: (fd, bytes) =>
    counted(
      () => diskFiles.write(fd, bytes),
      () => diskFiles.write(fd, bytes.subarray(0, bytes.length >> 1)),
    ),
  datasync: (fd) => counted(() => diskFiles.datasync(fd).then(() => durable(fd)), nothing),
  sync: (fd) => counted(() => diskFiles.sync(fd).then(() => durable(fd)), nothing),
  truncate: (fd, length) => counted(() => diskFiles.truncate(fd, length).then(() => durable(fd)), nothing),
  close: (fd) => counted(() => diskFiles.close(fd), nothing),
};

/** Time runs fast here, so that the logs behind the journal are flushed in every round. */
const clock = Date.now;
let ahead = 0;
Date.now = () => clock() + ahead;

const databases = ['a', 'b', 'c', 'd', 'e', 'f'];
const desk = await createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey, signingKey: testSigningKey, files });
await desk.recover();
for (let round = 0; round < 4; round += 1) {
  await Promise.all(databases.map(async (database) => say(await aCall(desk, { database }))));
  ahead += 5_000;
}
say({ journalled: [...paths.values()].some((path) => path.includes('/_journal/')), steps: step });
await desk.close();
