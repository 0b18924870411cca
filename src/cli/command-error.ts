/** A command's way to end badly: one sentence, a hint, and the exit code (1 finding, 2 usage or unreadable configuration). */

export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}
