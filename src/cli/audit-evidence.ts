/** Keys and heads an auditor brings along, from files or from the command line itself. */

import { readFile } from 'node:fs/promises';
import { type Checkpoint, readCheckpoint, readNote, readVerifierKey, type VerifierKey } from '../audit/note.ts';
import { CommandError } from './command-error.ts';

/** Each `source` is a verifier key or a file of them. Throws CommandError 2. */
export async function readKeys(sources: readonly string[]): Promise<readonly VerifierKey[]> {
  const keys: VerifierKey[] = [];
  for (const source of sources) {
    const own = readVerifierKey(source);
    const lines =
      own === undefined ? (await readText(source)).split('\n').filter((line) => line.trim() !== '') : [source];
    for (const line of lines) {
      const key = readVerifierKey(line);
      if (key === undefined)
        throw new CommandError(`${source} holds no verifier key.`, 2, 'It is one line: name+hash+base64.');
      keys.push(key);
    }
  }
  return keys;
}

/** Reads files of signed notes; several stand one after the other. Throws CommandError 2. */
export async function readHeads(files: readonly string[]): Promise<readonly Checkpoint[]> {
  const heads: Checkpoint[] = [];
  for (const file of files) {
    const text = await readText(file);
    const before = heads.length;
    for (const [note] of text.matchAll(/[^\n]+\n\d+\n[^\n]+\n\n(?:— [^\n]+\n)+/g)) {
      const head = readCheckpoint(readNote(note)?.text ?? '');
      if (head !== undefined) heads.push(head);
    }
    if (heads.length === before) throw new CommandError(`${file} holds no signed head.`, 2);
  }
  return heads;
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} cannot be read.`, 2);
  });
}
