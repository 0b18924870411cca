/** One exchange: bytes go out in one write, and every answer up to the last ReadyForQuery is collected, within a budget. */

import { FrameReader } from '../protocol/frame-reader.ts';
import { type Field, readError, readFields, readStatus, readTag, type ServerError } from '../protocol/replies.ts';
import { RowBytes } from '../protocol/row-bytes.ts';
import type { Channel } from './channel.ts';

/** What the server said to one statement. */
export interface Reply {
  /** Undefined until CommandComplete; stays so where the portal was suspended. */
  tag: string | undefined;
  fields: readonly Field[];
  readonly rows: RowBytes;
  suspended: boolean;
}

export interface Answer {
  readonly replies: readonly Reply[];
  /** The first error, and how many statements had ended before it. */
  readonly error: { readonly server: ServerError; readonly after: number } | undefined;
  /** Transaction state at each ReadyForQuery. */
  readonly statuses: readonly string[];
  /** Why the exchange ended early; the session is destroyed then. */
  readonly broken: 'overflow' | 'lost' | 'unexpected' | undefined;
}

const code = (letter: string) => letter.charCodeAt(0);
const messages = {
  parseComplete: code('1'),
  bindComplete: code('2'),
  noData: code('n'),
  rowDescription: code('T'),
  dataRow: code('D'),
  commandComplete: code('C'),
  portalSuspended: code('s'),
  error: code('E'),
  ready: code('Z'),
  notice: code('N'),
  notification: code('A'),
  parameterStatus: code('S'),
} as const;

const emptyReply = (): Reply => ({ tag: undefined, fields: [], rows: new RowBytes(), suspended: false });

/** Reads what the server says into replies, and knows when it is complete. */
class Collector {
  readonly replies: Reply[] = [];
  readonly statuses: string[] = [];
  error: Answer['error'];
  #current = emptyReply();

  constructor(readonly readies: number) {}

  get complete(): boolean {
    return this.statuses.length >= this.readies;
  }

  /** Returns false on a message that has no place here (COPY, an empty query …). */
  take(type: number, bytes: Buffer, start: number, end: number): boolean {
    switch (type) {
      case messages.dataRow:
        this.#current.rows.add(bytes, start, end);
        return true;
      case messages.rowDescription:
        this.#current.fields = readFields(bytes.subarray(start, end));
        return true;
      case messages.commandComplete:
        this.#current.tag = readTag(bytes.subarray(start, end));
        return this.#close();
      case messages.portalSuspended:
        this.#current.suspended = true;
        return this.#close();
      case messages.error:
        this.error ??= { server: readError(bytes.subarray(start, end)), after: this.replies.length };
        return true;
      case messages.ready:
        this.statuses.push(readStatus(bytes.subarray(start, end)));
        return true;
      // A notice may hold values, a notification is another session's: both are dropped.
      case messages.notice:
      case messages.notification:
      case messages.parameterStatus:
      case messages.parseComplete:
      case messages.bindComplete:
      case messages.noData:
        return true;
      default:
        return false;
    }
  }

  /** What came of the statement under way when the exchange broke. */
  leaveOpen(): void {
    if (this.#current.fields.length > 0) this.replies.push(this.#current);
  }

  #close(): true {
    this.replies.push(this.#current);
    this.#current = emptyReply();
    return true;
  }
}

function understood(collector: Collector, type: number, bytes: Buffer, start: number, end: number): boolean {
  try {
    return collector.take(type, bytes, start, end);
  } catch {
    return false; // a body shorter than it says
  }
}

/**
 * Sends `bytes` and collects answers until `readies` ReadyForQuery have come. Never rejects: what went wrong is in the
 * answer. `budget` is the number of bytes that may come back; beyond it the session is destroyed.
 */
export function converse(channel: Channel, bytes: Buffer, readies: number, budget: number): Promise<Answer> {
  return new Promise((resolve) => {
    const collector = new Collector(readies);
    const finish = (broken: Answer['broken']) => {
      channel.listen(undefined);
      if (broken !== undefined) {
        collector.leaveOpen();
        channel.destroy();
      }
      resolve({ replies: collector.replies, error: collector.error, statuses: collector.statuses, broken });
    };
    let over = false;
    const end = (broken: Answer['broken']) => {
      if (over) return;
      over = true;
      finish(broken);
    };
    const reader = new FrameReader(
      {
        frame: (type, bytes, from, to) => {
          if (over)
            channel.destroy(); // more than was asked for: this session no longer makes sense
          else if (!understood(collector, type, bytes, from, to)) end('unexpected');
          else if (collector.complete) end(undefined);
        },
        overflow: () => end('overflow'),
      },
      budget,
    );
    channel.listen({ data: (chunk) => reader.push(chunk), lost: () => end('lost') });
    channel.send(bytes);
  });
}
