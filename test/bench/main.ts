/** `npm run bench [-- section …]`: prints ratios measured within one run; nothing here passes or fails. */

import { startCluster } from '../support/cluster.ts';
import { audit } from './audit.ts';
import { catalog } from './catalog.ts';
import { coldStart } from './cold-start.ts';
import { dataApi } from './data-api.ts';
import { memory } from './memory.ts';
import { pipeline } from './pipeline.ts';
import { throughput } from './throughput.ts';

const asked = process.argv.slice(2);
const wants = (section: string) => asked.length === 0 || asked.includes(section);

if (wants('throughput') || wants('pipeline') || wants('catalog') || wants('data-api')) {
  const cluster = await startCluster();
  if (wants('pipeline')) await pipeline(cluster);
  if (wants('catalog')) await catalog(cluster, 3);
  if (wants('throughput')) {
    await throughput(cluster, { callers: 16, principals: 1, rounds: 3, seconds: 4 });
    await throughput(cluster, { callers: 1, principals: 1, rounds: 3, seconds: 3 });
    await throughput(cluster, { callers: 128, principals: 32, rounds: 3, seconds: 4 });
  }
  if (wants('data-api')) await dataApi(cluster, 200);
  await cluster.stop();
}
if (wants('audit')) await audit();
if (wants('cold-start')) await coldStart(11);
if (wants('memory')) await memory(100);
