/** Frontend messages of PostgreSQL's protocol 3.0, as bytes: only those the exchange needs. */

/** One statement as the extended protocol takes it: text and values never meet. */
export interface Step {
  readonly text: string;
  /** OIDs of the parameter types; 0 lets the server infer. */
  readonly types: readonly number[];
  readonly values: readonly (string | null)[];
  /** Rows the portal gives before it is suspended; 0 means all. */
  readonly maxRows: number;
}

function frame(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, ...parts]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A NUL would end the text early and leave the rest to be read as something else; the gate refuses it, and so does this. */
function text(value: string): Buffer {
  if (value.includes('\0')) throw new RangeError('a protocol string cannot hold a NUL');
  return Buffer.from(`${value}\0`, 'utf8');
}

function value(cell: string | null): Buffer {
  if (cell === null) return int32(-1);
  const bytes = Buffer.from(cell, 'utf8');
  return Buffer.concat([int32(bytes.length), bytes]);
}

const unnamed = text('');
const describePortal = frame('D', Buffer.from('P'), unnamed);
const textFormats = int16(0);

/** The server stops skipping after an error, and answers ReadyForQuery. */
export const sync: Buffer = frame('S');
/** Closes the session. */
export const terminate: Buffer = frame('X');

/** Parse, Bind, Describe and Execute of the unnamed statement; without a Sync an error here makes the server skip what follows. */
export function encodeStep(step: Step): Buffer {
  return Buffer.concat([
    frame('P', unnamed, text(step.text), int16(step.types.length), ...step.types.map(uint32)),
    frame('B', unnamed, unnamed, textFormats, int16(step.values.length), ...step.values.map(value), textFormats),
    describePortal,
    frame('E', unnamed, int32(step.maxRows)),
  ]);
}

/** A simple query. Only for the exchange's own ROLLBACK, COMMIT and DISCARD ALL: it would run several statements. */
export function encodeSimple(statement: 'ROLLBACK' | 'COMMIT' | 'DISCARD ALL'): Buffer {
  return frame('Q', text(statement));
}

/** Asks the server, over a connection of its own, to stop what the session with this id and key is running. */
export function encodeCancel(processId: number, secretKey: number): Buffer {
  return Buffer.concat([int32(16), int32(80877102), int32(processId), int32(secretKey)]);
}
