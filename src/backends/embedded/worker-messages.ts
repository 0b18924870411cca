/** What the broker and an embedded database's worker say to each other besides protocol bytes. */

/** What a worker is started with. */
export interface WorkerOrder {
  /** Directory of the data; made from the template, and seeded, when it is not there. */
  readonly directory: string;
  /** SQL file run once, when the directory is made. */
  readonly seed: string | undefined;
  /** A data directory as a gzipped tar, made by initdb once; without it each new database takes seconds. */
  readonly template: string;
  /** As the server is told it. */
  readonly searchPath: string;
}

export function isWorkerOrder(value: unknown): value is WorkerOrder {
  if (value === null || typeof value !== 'object') return false;
  const { directory, seed, template, searchPath } = {
    directory: undefined,
    seed: undefined,
    template: undefined,
    searchPath: undefined,
    ...value,
  };
  const texts = [directory, template, searchPath, seed ?? ''];
  return texts.every((text) => typeof text === 'string');
}

/** The database is open; the version it states. */
export function readyVersion(message: unknown): string | undefined {
  if (message === null || typeof message !== 'object' || !('ready' in message)) return undefined;
  return typeof message.ready === 'string' ? message.ready : undefined;
}
