/** Watches directories for files that appear, change or go; whoever mounts or edits them need not tell the server. */

import { type FSWatcher, watch } from 'node:fs';

export interface Watch {
  /** Is told after the last of several changes, and at once where something changed before. */
  readonly listen: (changed: () => void) => void;
  /** Watches these from now on, and no others. */
  readonly set: (directories: readonly string[]) => void;
  readonly close: () => void;
}

/** Milliseconds of quiet after a change: editors and mounts write in several steps. */
const quiet = 150;

/** What configurations, policies, keys and certificates are called, and the link a mounted Kubernetes volume is switched by. */
const meant = /\.(ya?ml|csv|conf|pem|crt|cer|key)$|^\.\.data$/;

/** A directory that does not exist is left out. */
export function watchDirectories(): Watch {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let missed = false;
  let changed = () => {
    missed = true;
  };

  function notice(name: string | null): void {
    if (name !== null && !meant.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => changed(), quiet).unref();
  }

  function forget(directory: string): void {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  }

  function add(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => notice(name));
      watcher.on('error', () => forget(directory));
      watchers.set(directory, watcher);
    } catch {
      // it is not there (yet): whoever makes it sends SIGHUP
    }
  }

  return {
    listen(told) {
      changed = told;
      if (missed) changed();
    },
    set(directories) {
      for (const known of [...watchers.keys()]) if (!directories.includes(known)) forget(known);
      for (const directory of directories) if (!watchers.has(directory)) add(directory);
    },
    close() {
      clearTimeout(timer);
      for (const known of [...watchers.keys()]) forget(known);
    },
  };
}
