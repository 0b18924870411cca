/** Cuts the server's byte stream into messages, within a budget that is checked before a message is buffered. */

const headerLength = 5;

export interface FrameSink {
  /** One whole message: its type letter's code, and where its body stands in what was received. */
  readonly frame: (type: number, bytes: Buffer, start: number, end: number) => void;
  /** The stream would go beyond the budget, or is not the protocol: nothing more is delivered. */
  readonly overflow: () => void;
}

/** `budget` counts every byte, headers included; a message announced larger than what is left is never collected. */
export class FrameReader {
  readonly #sink: FrameSink;
  #left: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #needed = headerLength;
  #dead = false;

  constructor(sink: FrameSink, budget: number) {
    this.#sink = sink;
    this.#left = budget;
  }

  /** Takes the next bytes as they come from the socket. */
  push(chunk: Buffer): void {
    if (this.#dead) return;
    if (this.#pendingBytes + chunk.length < this.#needed) {
      this.#pending.push(chunk);
      this.#pendingBytes += chunk.length;
      return;
    }
    this.#read(this.#pendingBytes === 0 ? chunk : Buffer.concat([...this.#pending, chunk]));
  }

  #read(bytes: Buffer): void {
    let at = 0;
    this.#needed = headerLength;
    while (bytes.length - at >= headerLength) {
      const length = bytes.readInt32BE(at + 1) + 1;
      if (length < headerLength || length > this.#left) {
        this.#dead = true;
        this.#pending = [];
        this.#sink.overflow();
        return;
      }
      if (bytes.length - at < length) {
        this.#needed = length;
        break;
      }
      this.#left -= length;
      const type = bytes[at] ?? 0;
      at += length;
      this.#sink.frame(type, bytes, at - length + headerLength, at);
    }
    const rest = bytes.subarray(at);
    this.#pending = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
  }
}
