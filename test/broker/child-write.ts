/** A process that makes one write through the whole corridor and kills itself at one chosen file operation of its audit log. */

import { writeSync } from 'node:fs';
import { diskFiles, type LogFiles } from '../../src/audit/log-files.ts';
import { openCorridor } from '../support/corridor.ts';
import { writableDatabase, writerPolicy } from './settled-writes.ts';

const [directory = '', server = '{}', mark = '', at = '0', when = 'before'] = process.argv.slice(2);
let step = Number.NEGATIVE_INFINITY; // what comes before the write is not counted

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

const files: LogFiles = {
  ...diskFiles,
  write: (fd, bytes) =>
    counted(
      () => diskFiles.write(fd, bytes),
      () => diskFiles.write(fd, bytes.subarray(0, bytes.length >> 1)),
    ),
  datasync: (fd) =>
    counted(
      () => diskFiles.datasync(fd),
      async () => undefined,
    ),
};

const corridor = await openCorridor({
  databases: [writableDatabase(JSON.parse(server))],
  policy: writerPolicy,
  audit: { directory, files },
});
await corridor.run('SELECT mark FROM public.marks'); // the catalog is read, the session is open
step = 0;
await corridor.run(`INSERT INTO public.marks VALUES ('${mark}')`, { intent: 'write', action: 'insert' });
writeSync(1, JSON.stringify({ steps: step }));
process.kill(process.pid, 'SIGKILL'); // no clean end: the answer was given, and all of it must be on record
