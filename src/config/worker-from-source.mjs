/** Starts the worker from TypeScript sources, where there is no bundle. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
