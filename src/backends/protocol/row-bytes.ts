/** The rows of one reply as the server sent them: none is an object of its own before it is read. */

/** Bytes before the body of a message: its type and its length. */
const headerLength = 5;

const nothing = Buffer.alloc(0);

/** Whole DataRow messages that stand side by side in what was received. */
interface Run {
  readonly bytes: Buffer;
  readonly from: number;
  to: number;
}

export class RowBytes {
  readonly runs: Run[] = [];
  length = 0;

  /** The rows of these bodies of DataRow messages. */
  static of(bodies: readonly Buffer[]): RowBytes {
    const rows = new RowBytes();
    for (const body of bodies) {
      const bytes = Buffer.allocUnsafe(headerLength + body.length);
      bytes.writeInt32BE(body.length + headerLength - 1, 1);
      body.copy(bytes, headerLength);
      rows.add(bytes, headerLength, bytes.length);
    }
    return rows;
  }

  /** Adds the row whose body stands there in `bytes`, after its header. */
  add(bytes: Buffer, start: number, end: number): void {
    const last = this.runs[this.runs.length - 1];
    if (last !== undefined && last.bytes === bytes && last.to === start - headerLength) last.to = end;
    else this.runs.push({ bytes, from: start - headerLength, to: end });
    this.length += 1;
  }

  /** Stands before the first row. */
  cursor(): RowCursor {
    return new RowCursor(this.runs);
  }

  /** The cells of the first row, where there is one. */
  first(): readonly (string | null)[] | undefined {
    const cursor = this.cursor();
    return cursor.next() ? cursor.cells() : undefined;
  }
}

/** Goes from row to row, and within a row from cell to cell. Throws RangeError on a row that does not add up. */
export class RowCursor {
  readonly #runs: readonly Run[];
  #run = -1;
  bytes: Buffer = nothing;
  /** Where the body of this row begins and ends in `bytes`. */
  start = 0;
  end = 0;
  #at = 0;
  #latin1: string | undefined;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  /** False behind the last row. */
  next(): boolean {
    const run = this.#runs[this.#run];
    if (run === undefined || this.end >= run.to) {
      const following = this.#runs[this.#run + 1];
      if (following === undefined) return false;
      this.#run += 1;
      this.bytes = following.bytes;
      this.end = following.from;
      this.#latin1 = undefined;
    }
    this.start = this.end + headerLength;
    this.end += this.bytes.readInt32BE(this.end + 1) + 1;
    this.#at = this.start + 2;
    return true;
  }

  /** Cells of this row. */
  get width(): number {
    return this.bytes.readUInt16BE(this.start);
  }

  /** Bytes of the next cell's text; negative for NULL. */
  cell(): number {
    const length = this.bytes.readInt32BE(this.#at);
    this.#at += 4;
    if (length > 0) this.#at += length;
    if (this.#at > this.end) throw new RangeError('a row is shorter than its cells');
    return length;
  }

  /** The text of the cell last read, `length` bytes long. */
  text(length: number): string {
    return this.bytes.toString('utf8', this.#at - length, this.#at);
  }

  /** The same for text that is known to be ASCII. One string is made of all the rows around it, and cut. */
  ascii(length: number): string {
    const run = this.#runs[this.#run];
    if (run === undefined) return '';
    this.#latin1 ??= this.bytes.toString('latin1', run.from, run.to);
    const end = this.#at - run.from;
    return this.#latin1.substring(end - length, end);
  }

  /** All cells of this row as text. */
  cells(): readonly (string | null)[] {
    return Array.from({ length: this.width }, () => {
      const length = this.cell();
      return length < 0 ? null : this.text(length);
    });
  }
}
