/** Call ids: UUIDv7 (RFC 9562), so that they sort by time in every log that names them. */

import { randomFillSync } from 'node:crypto';

/** Random bytes for the next ids: asking for many at once costs what asking for sixteen does. Ids are names, not secrets. */
const random = Buffer.alloc(4096);
let used = random.length;

/** 48 bits of milliseconds, then 74 random bits. */
export function createCallId(now = Date.now()): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const bytes = random.subarray(used, used + 16);
  used += 16;
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
