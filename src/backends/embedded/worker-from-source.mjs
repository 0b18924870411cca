/** Starts the worker from its TypeScript source, where there is no bundle (tests). */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
