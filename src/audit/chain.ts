/** The chain: every line names the RFC 6962 leaf hash of the line before it, so one hash serves chain and Merkle tree. */

import * as crypto from 'node:crypto';

/** `prev` of a genesis record. */
export const zeroHash = '0'.repeat(64);

/** Where `prev` stands in every line: bytes 9..72, readable without a JSON parser. */
export const prevStart = 9;
export const prevEnd = 73;

/** A line, without its LF, is never longer; what would be is cut first and says so. */
export const maxLineBytes = 256 * 1024;

/** SHA-256 as lower-case hex. One-shot `crypto.hash` (Node 20.12) is half again as fast as a Hash object. */
export const sha256: (data: string | Buffer) => string =
  'hash' in crypto
    ? (data) => crypto.hash('sha256', data, 'hex')
    : (data) => crypto.createHash('sha256').update(data).digest('hex');

/** SHA-256(0x00 || line), the line without its LF: what the next line's `prev` must be. */
export function leafHash(line: string): string {
  return sha256(`\0${line}`);
}

const opening = '{"prev":"';

/** Puts serialised content into its place: `prev` and `seq` in front, the writer's stamp around it. No LF. */
export function placeLine(content: string, place: Place): string {
  const back = place.clockBack ? ',"clk":"back"' : '';
  return `${opening}${place.prev}","seq":${place.seq},"v":1,"ts":"${place.ts}",${content},"w":"${place.writer}","up":${place.up}${back}}`;
}

export interface Place {
  readonly prev: string;
  readonly seq: number;
  /** RFC 3339 UTC with six digits, never before the line above. */
  readonly ts: string;
  /** ULID of the writing process. */
  readonly writer: string;
  /** Microseconds since that process started writing, monotonic. */
  readonly up: number;
  /** The machine's clock had gone backwards, and `ts` was held. */
  readonly clockBack: boolean;
}
