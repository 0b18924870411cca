/** Writes an edited configuration file; what goes wrong is one sentence for the operator. */

import { CommandError } from './command-error.ts';

export interface Edit {
  readonly file: string;
  /** The text the change was made of; undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
}

/** Throws CommandError; then nothing was written. */
export async function writeEdit({ file, before, after }: Edit): Promise<void> {
  const { FileChanged, replaceFile } = await import('../config/replace-file.ts');
  try {
    await replaceFile(file, before, after);
  } catch (thrown) {
    if (thrown instanceof FileChanged)
      throw new CommandError(`${file} was changed by somebody else meanwhile; nothing was written.`, 1, 'Try again.');
    const why = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : '';
    throw new CommandError(`${file} cannot be written${why}.`, 1, 'Is it mounted read-only, or owned by another user?');
  }
}
