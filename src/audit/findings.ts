/** What a verification found: one vocabulary for damage, for what needs an explanation, and for what is merely worth knowing. */

export type Severity =
  /** The evidence is damaged: exit 3. */
  | 'damage'
  /** The evidence is whole, and says something that needs an explanation: exit 1. */
  | 'finding'
  | 'note';

export interface Finding {
  readonly severity: Severity;
  /** Stable, for machines. */
  readonly code: FindingCode;
  /** Log (`database/instance`), file inside it, byte offset in that file (uncompressed), record. */
  readonly log: string;
  readonly file?: string;
  readonly offset?: number;
  readonly seq?: number;
  readonly message: string;
}

/** Every code, with what it means. */
export const findingCodes = {
  chain_broken: 'a line does not continue from the line before it: something was changed, removed, added or moved',
  not_a_record: 'a line is not a record of this format',
  segment_missing: 'a file of the log is missing',
  unreadable: 'a file of the log cannot be read to its end: its compression, or the disk, is damaged',
  root_mismatch: 'a signed head does not match the lines it covers',
  signature_invalid: 'a head or certificate is not signed by the key it must be signed by',
  epoch_broken: 'the succession of signing keys is broken',
  unsealed_tail: 'more lines than the cadence allows have no signed head over them',
  misplaced: 'a log stands where the log of another database or instance belongs',
  contradicts_head: 'the log does not contain what a head kept elsewhere says it contained',
  torn_tail: 'the last line is unfinished: the process died while writing it',
  unanswered: 'an allowed call has an intent and no outcome',
  outcome_without_intent: 'an outcome belongs to no allowed intent, or is a second one',
  precommit_without_intent: 'a commit is announced for no allowed call under way',
  time_backwards: 'a record is older than the one before it',
  unresolved_name: 'a call was allowed although a name in it was not bound',
  no_log: 'there is no log of that name',
  crash: 'the process died with calls under way; the log says which',
  interrupted: 'the log was interrupted by a failure of the disk and says so',
  journal_pending: 'the process died with a journal: the next start writes to the logs what only that holds',
  in_progress: 'the log is being written',
  unsigned: 'heads are not signed: the chain shows damage, but not a rewriting of everything after a point',
  untrusted_key: 'heads are signed, and no key was given to check them against',
  removed: 'older files are not here, and nothing on record says that they were retired',
  retired: 'older files were retired as the log itself says; verification begins at the frontier it kept',
  retired_early: 'a file was retired sooner than the policy on record allows: the clock was wrong, or was made to be',
  retired_falsely: 'the log says that files were retired, and contradicts itself in what they held',
} as const;

export type FindingCode = keyof typeof findingCodes;

/** 0 intact, 1 a finding, 3 damaged. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 3 {
  if (findings.some(({ severity }) => severity === 'damage')) return 3;
  return findings.some(({ severity }) => severity === 'finding') ? 1 : 0;
}
