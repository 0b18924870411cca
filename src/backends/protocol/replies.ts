/** Reads the bodies of the server's messages. */

/** One column of a result, as RowDescription names it. */
export interface Field {
  readonly name: string;
  /** OID and attribute number of the column it is, unchanged; 0 where it is computed. */
  readonly table: number;
  readonly attnum: number;
  /** OID of its type, domains already replaced by what they are over. */
  readonly type: number;
}

export interface ServerError {
  /** FATAL and PANIC end the session. */
  readonly severity: string;
  readonly sqlstate: string;
  /** PostgreSQL's sentence; DETAIL, HINT, CONTEXT and the rest are never even kept. */
  readonly message: string;
  /** 1-based character position in the text sent. */
  readonly position: number | undefined;
}

const textEnd = (body: Buffer, from: number) => {
  const end = body.indexOf(0, from);
  return end < 0 ? body.length : end;
};

/** Fields of an ErrorResponse, or undefined where the body makes no sense. */
export function readError(body: Buffer): ServerError {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = textEnd(body, at + 1);
    fields.set(String.fromCharCode(body[at] ?? 0), body.toString('utf8', at + 1, end));
    at = end + 1;
  }
  const position = Number(fields.get('P'));
  return {
    severity: fields.get('V') ?? fields.get('S') ?? 'FATAL',
    sqlstate: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? '',
    position: Number.isSafeInteger(position) && position > 0 ? position : undefined,
  };
}

export function readFields(body: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 2;
  for (let count = body.readUInt16BE(0); count > 0; count--) {
    const end = textEnd(body, at);
    const name = body.toString('utf8', at, end);
    fields.push({
      name,
      table: body.readUInt32BE(end + 1),
      attnum: body.readInt16BE(end + 5),
      type: body.readUInt32BE(end + 7),
    });
    at = end + 19;
  }
  return fields;
}

/** The tag of CommandComplete, e.g. `SELECT 1`. */
export const readTag = (body: Buffer): string => body.toString('utf8', 0, textEnd(body, 0));

/** `I` idle, `T` in a transaction, `E` in a failed one. */
export const readStatus = (body: Buffer): string => body.toString('latin1', 0, 1);
