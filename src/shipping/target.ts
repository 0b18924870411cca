/** Where copies of the log go. A target takes whole lines as they are, any number of times, and never needs to be asked what it has. */

/** Consecutive lines of one log. A line is identified by `<origin>#<seq>`, wherever and however often it arrives. */
export interface Batch {
  readonly id: string;
  readonly instance: string;
  readonly origin: string;
  /** `seq` of its first line; `size` is that of the line after its last. */
  readonly first: number;
  readonly size: number;
  /** Leaf hash of the line before it (zeros at the beginning of a log), and of its last line. */
  readonly prev: string;
  readonly leaf: string;
  /** `ts` of the last line. */
  readonly ts: string;
  /** The lines, each with its LF, byte for byte as they stand in the log. */
  readonly lines: Buffer;
}

/** What the target holds of the log from the batch's first line on: mostly the batch, or what an earlier attempt left there. */
export interface Acknowledged {
  readonly size: number;
  readonly leaf: string;
}

/**
 * An object store keeps batches as objects. A stream of single lines (syslog, OTLP, Kafka) is a target too: it sends the
 * lines of the batch in order, resolves with `{ size, leaf }` of the batch when the receiver has acknowledged the last,
 * and may have sent some of them before. What acknowledges nothing, as syslog does, can never be the only copy.
 */
export interface ShipTarget {
  /** As the cursors name it, without anything secret. */
  readonly name: string;
  /** Resolves when the lines are durable there. Throws ShipFailed, or ShipContradicted. */
  readonly put: (batch: Batch) => Promise<Acknowledged>;
  /** The same for a policy, model or configuration text, named by its SHA-256; absent where a target takes only lines. */
  readonly putText?: (sha256: string, text: Buffer) => Promise<void>;
  readonly close: () => void;
}

/** It did not work this time. The message is for the operator and names no account, key or address. */
export class ShipFailed extends Error {
  override readonly name = 'ShipFailed';
}

/** The copy and the log say different things: one of them was changed. Nothing is overwritten; somebody must look. */
export class ShipContradicted extends Error {
  override readonly name = 'ShipContradicted';
}
