/** Call ids: UUIDv7 (RFC 9562), so that they sort by time in every log that names them. */

import { randomBytes } from 'node:crypto';

/** 48 bits of milliseconds, then 74 random bits. */
export function createCallId(now = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
