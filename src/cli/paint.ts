/** Colour for people who look at a terminal and want it (NO_COLOR is respected). */

import { isColourWanted } from '../config/environment.ts';

type Brush = (text: string) => string;

export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly green: Brush;
  readonly yellow: Brush;
  readonly cyan: Brush;
}

/** Every brush changes nothing where `looked` says that nobody looks. */
export function createPaint(looked: boolean): Paint {
  const isOn = looked && isColourWanted();
  const brush = (code: number) => (text: string) => (isOn ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: brush(1), dim: brush(2), red: brush(31), green: brush(32), yellow: brush(33), cyan: brush(36) };
}
