/** Arguments that do not fit end before the corridor; the toolbox then makes the record that the broker cannot. */

import type { z } from 'zod';
import { Refusal } from '../model/errors.ts';

export class InvalidArguments extends Refusal {
  constructor(message: string, hint = 'Correct the argument and call again.') {
    super('REQUEST_INVALID', message, { hint });
  }

  /** The first thing wrong: its path and what was expected, never the value. */
  static from(error: z.ZodError): InvalidArguments {
    const issue = error.issues[0];
    const path = issue?.path.map(String).join('.') ?? '';
    if (issue?.code === 'unrecognized_keys') {
      const names = issue.keys.map((key) => `"${[path, key].filter(Boolean).join('.')}"`).join(', ');
      return new InvalidArguments(`There is no argument ${names}.`, 'Call tools/list for the arguments of this tool.');
    }
    const expected = issue?.message.replace(/^Invalid input: /, '').replace(/\.$/, '') ?? 'it does not fit the schema';
    return new InvalidArguments(`The argument "${path}" is not valid: ${expected}.`);
  }
}
