/** Why a page of a result cannot be had: the same to the caller whatever the reason. */

import { Refusal } from '../model/errors.ts';

export const noSuchPage = () =>
  new Refusal('REQUEST_INVALID', 'The cursor is not known, was used, or has expired.', {
    hint: 'Send the statement anew, with the cursor "open".',
  });
