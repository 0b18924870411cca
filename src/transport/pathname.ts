/** The path that a request line asks for. */

import { HttpProblem } from './problem.ts';

/** Throws HttpProblem 404 where it holds no address: whoever writes such a line finds nothing, and is no trouble. */
export function pathnameOf(url = '/'): string {
  if (!URL.canParse(url, 'http://localhost')) throw new HttpProblem(404, 'Not found.');
  return new URL(url, 'http://localhost').pathname;
}
