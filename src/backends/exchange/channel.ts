/** One session of a database, whatever carries its bytes: a socket to a server, or a worker that holds an embedded one. */

export interface Listener {
  readonly data: (bytes: Buffer) => void;
  /** The session is gone; nothing more will come. */
  readonly lost: (reason: Error) => void;
}

export interface Channel {
  /** Process id of the session, where there is one. */
  readonly pid: number | undefined;
  /** The server's version as it states it, e.g. `18.4`. */
  readonly version: string;
  /** Microseconds it took to open. */
  readonly openedIn: number;
  /** Whether the server itself stops a statement at `statement_timeout`. */
  readonly enforcesTimeout: boolean;
  /** False once the session is gone or may not be used again. */
  readonly usable: () => boolean;
  /** Sends bytes; what comes back goes to the listener set by `listen`. */
  readonly send: (bytes: Buffer) => void;
  /** Takes over what the session says until the next call; `undefined` while idle, when anything said ends the session. */
  readonly listen: (listener: Listener | undefined) => void;
  /** Asks the server to stop the running statement; never throws, and may come too late. */
  readonly interrupt: () => void;
  /** Ends the session at once and stops what it is running. */
  readonly destroy: () => void;
  /** Called once when the session ends, for whatever reason. */
  readonly onEnd: (ended: () => void) => void;
  /** Called once when the server has let go of the session too; absent where that is the same moment. */
  readonly onGone?: (gone: () => void) => void;
}
