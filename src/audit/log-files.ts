/** The few file operations on the path of a record, as one interface, so that a failing disk can be put in their place. */

import * as fs from 'node:fs';

/** Each resolves when the system call has returned; none retries. */
export interface LogFiles {
  readonly open: (path: string, flags: number, mode: number) => Promise<number>;
  /** Appends; resolves with the number of bytes written, which may be fewer without an error. */
  readonly write: (fd: number, bytes: Buffer) => Promise<number>;
  readonly datasync: (fd: number) => Promise<void>;
  readonly sync: (fd: number) => Promise<void>;
  readonly truncate: (fd: number, length: number) => Promise<void>;
  readonly close: (fd: number) => Promise<void>;
  /** Whether `path` still leads to the open file, and the file ends at `size`. */
  readonly holds: (fd: number, path: string, size: number) => boolean;
}

function call(run: (done: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error === null ? resolve() : reject(error))));
}

/** Bytes up to which an append is not worth handing to another thread. */
const small = 64 * 1024;

/**
 * The callback API of node:fs: the synchronous one stops every other call for the length of a disk flush. A small append
 * only goes to the page cache (22 us against 75 us by way of a thread; at worst 10 ms against 20 ms on a busy disk).
 */
export const diskFiles: LogFiles = {
  open: (path, flags, mode) =>
    new Promise((resolve, reject) =>
      fs.open(path, flags, mode, (error, fd) => (error === null ? resolve(fd) : reject(error))),
    ),
  write: async (fd, bytes) =>
    bytes.length <= small
      ? fs.writeSync(fd, bytes)
      : new Promise((resolve, reject) =>
          fs.write(fd, bytes, 0, bytes.length, null, (error, written) =>
            error === null ? resolve(written) : reject(error),
          ),
        ),
  datasync: (fd) => call((done) => fs.fdatasync(fd, done)),
  sync: (fd) => call((done) => fs.fsync(fd, done)),
  truncate: (fd, length) => call((done) => fs.ftruncate(fd, length, done)),
  close: (fd) => call((done) => fs.close(fd, done)),
  holds(fd, path, size) {
    const opened = fs.fstatSync(fd);
    const named = fs.lstatSync(path, { throwIfNoEntry: false }); // both answered from memory: 5 us
    return named !== undefined && named.ino === opened.ino && named.dev === opened.dev && opened.size === size;
  },
};

/** Append only, never through a symbolic link; the descriptor is closed on exec by Node itself. */
export const appendFlags = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW;
export const createFlags = appendFlags | fs.constants.O_CREAT | fs.constants.O_EXCL;

/** The directory entry of a new file is durable only after this. */
export async function syncDirectory(files: LogFiles, directory: string): Promise<void> {
  const fd = await files.open(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY, 0);
  try {
    await files.sync(fd);
  } finally {
    await files.close(fd);
  }
}
