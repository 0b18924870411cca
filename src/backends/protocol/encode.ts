/** Frontend messages of PostgreSQL's protocol 3.0, as bytes: only those the exchange needs. */

/** One statement as the extended protocol takes it: text and values never meet. */
export interface Step {
  readonly text: string;
  /** OIDs of the parameter types; 0 lets the server infer. */
  readonly types: readonly number[];
  readonly values: readonly (string | null)[];
  /** Rows the portal gives before it is suspended; 0 means all. */
  readonly maxRows: number;
  /** Names the portal, which then gives its rows in parts as long as the transaction is open. */
  readonly portal?: string;
  /** Whether the server is asked for the columns of the result. */
  readonly describe?: boolean;
  /** Keeps the statement in the session under this name; `parsed` says that it is there already. */
  readonly prepared?: { readonly name: string; readonly parsed: boolean };
}

/** Bytes in the making; grows as needed. */
class Writer {
  #bytes = Buffer.allocUnsafe(2048);
  #length = 0;

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  byte(letter: string): void {
    this.#reserve(1);
    this.#length += this.#bytes.write(letter, this.#length, 'latin1');
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeUInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(value | 0, this.#length);
  }

  /** A NUL would end the text early and leave the rest to be read as something else; the gate refuses it, and so does this. */
  text(value: string): void {
    if (value.includes('\0')) throw new RangeError('a protocol string cannot hold a NUL');
    this.#utf8(value);
    this.byte('\0');
  }

  value(cell: string | null): void {
    const at = this.#length;
    this.int32(-1);
    if (cell === null) return;
    this.#utf8(cell);
    this.#bytes.writeInt32BE(this.#length - at - 4, at);
  }

  #utf8(value: string): void {
    this.#reserve(value.length * 3);
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
  }

  /** One message: its type, its length and what `body` writes. */
  message(type: string, body: () => void): void {
    this.byte(type);
    const at = this.#length;
    this.int32(0);
    body();
    this.#bytes.writeInt32BE(this.#length - at, at);
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

const written = (write: (writer: Writer) => void): Buffer => {
  const writer = new Writer();
  write(writer);
  return writer.take();
};

/** The server stops skipping after an error, and answers ReadyForQuery. */
export const sync: Buffer = written((writer) => writer.message('S', () => undefined));
/** Closes the session. */
export const terminate: Buffer = written((writer) => writer.message('X', () => undefined));

function writeExecute(writer: Writer, portal: string, maxRows: number): void {
  writer.message('E', () => {
    writer.text(portal);
    writer.int32(maxRows);
  });
}

function writeStep(writer: Writer, { text, types, values, maxRows, portal = '', describe, prepared }: Step): void {
  const name = prepared?.name ?? '';
  if (prepared?.parsed !== true)
    writer.message('P', () => {
      writer.text(name);
      writer.text(text);
      writer.int16(types.length);
      for (const type of types) writer.int32(type);
    });
  writer.message('B', () => {
    writer.text(portal);
    writer.text(name);
    writer.int16(0); // parameters are text
    writer.int16(values.length);
    for (const value of values) writer.value(value);
    writer.int16(0); // and so are results
  });
  if (describe === true)
    writer.message('D', () => {
      writer.byte('P');
      writer.text(portal);
    });
  writeExecute(writer, portal, maxRows);
}

/**
 * Parse, Bind, Describe and Execute of each step, then one Sync: an error in one makes the server skip the rest. What
 * follows the Sync, if anything, is a message of its own.
 */
export function encodeSteps(steps: readonly Step[], closing?: 'ROLLBACK'): Buffer {
  return written((writer) => {
    for (const step of steps) writeStep(writer, step);
    writer.message('S', () => undefined);
    if (closing !== undefined) writer.message('Q', () => writer.text(closing));
  });
}

/** The next rows of a portal that was named. */
export function encodeFetch(portal: string, maxRows: number): Buffer {
  return written((writer) => {
    writeExecute(writer, portal, maxRows);
    writer.message('S', () => undefined);
  });
}

/** A simple query. Only for the exchange's own ROLLBACK, COMMIT and DISCARD ALL: it would run several statements. */
export function encodeSimple(statement: 'ROLLBACK' | 'COMMIT' | 'DISCARD ALL'): Buffer {
  return written((writer) => writer.message('Q', () => writer.text(statement)));
}

/** Asks the server, over a connection of its own, to stop what the session with this id and key is running. */
export function encodeCancel(processId: number, secretKey: number): Buffer {
  return written((writer) => {
    for (const word of [16, 80877102, processId, secretKey]) writer.int32(word);
  });
}
