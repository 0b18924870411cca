/** Where the worker's file is: beside the bundle, or in the checkout when run from sources. */

const here = import.meta.url;

/** What the worker is started from. */
export const workerFile: URL = here.endsWith('.ts')
  ? new URL('./worker-from-source.mjs', here)
  : new URL(here.includes('/chunks/') ? '../sql-reader.js' : './sql-reader.js', here);
