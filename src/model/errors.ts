/** The errors of the corridor: one table of stable codes, and the two kinds of error that carry them. */

/** Where in the corridor a code arises, whether the call was refused before the backend or failed after it, and what cures it. */
export const errorTable = {
  REQUEST_INVALID: { stage: 'tools', kind: 'refusal', meaning: 'The arguments of the call do not fit its schema.' },
  PRINCIPAL_UNKNOWN: { stage: 'transport', kind: 'refusal', meaning: 'The caller is not authenticated.' },
  DATABASE_UNKNOWN: {
    stage: 'databases',
    kind: 'refusal',
    meaning: 'There is no such database, or nothing in it is permitted to the caller.',
  },
  NAME_NOT_AVAILABLE: {
    stage: 'sql',
    kind: 'refusal',
    meaning: 'A relation, column or function does not exist, or is not permitted to the caller.',
  },
  STATEMENT_UNPARSABLE: { stage: 'sql', kind: 'refusal', meaning: 'The text is not SQL that PostgreSQL reads.' },
  STATEMENT_MULTIPLE: { stage: 'sql', kind: 'refusal', meaning: 'The text holds no statement, or more than one.' },
  STATEMENT_NOT_READ_ONLY: { stage: 'sql', kind: 'refusal', meaning: 'The statement does something other than read.' },
  FUNCTION_FORBIDDEN: {
    stage: 'sql',
    kind: 'refusal',
    meaning: 'The statement reaches a function that no rule can permit here.',
  },
  STATEMENT_TOO_COMPLEX: {
    stage: 'sql',
    kind: 'refusal',
    meaning: 'The statement is beyond the limits of size, nesting or dialect.',
  },
  POLICY_DENIED: {
    stage: 'policy',
    kind: 'refusal',
    meaning: 'The policy of the database does not permit this to the caller.',
  },
  CONFIRMATION_REQUIRED: {
    stage: 'broker',
    kind: 'refusal',
    meaning: 'A person must confirm this write, and was not asked yet or cannot be asked through this client.',
  },
  CONFIRMATION_DECLINED: {
    stage: 'broker',
    kind: 'refusal',
    meaning: 'A person was asked to confirm this write, and declined or did not answer.',
  },
  POLICY_UNAVAILABLE: {
    stage: 'policy',
    kind: 'refusal',
    meaning: 'The policy of the database cannot be read, so nothing is permitted.',
  },
  AUDIT_UNAVAILABLE: {
    stage: 'audit',
    kind: 'refusal',
    meaning: 'The audit record could not be made durable, so the call does not go on.',
  },
  CATALOG_UNAVAILABLE: {
    stage: 'catalog',
    kind: 'refusal',
    meaning: 'The catalog of the database cannot be read, or changed under the call twice.',
  },
  LIMIT_EXCEEDED: { stage: 'broker', kind: 'refusal', meaning: 'A budget is used up or a queue is full.' },
  BACKEND_UNAVAILABLE: {
    stage: 'backends',
    kind: 'failure',
    meaning: 'The database cannot be reached or does not accept the broker.',
  },
  BACKEND_TIMEOUT: {
    stage: 'backends',
    kind: 'failure',
    meaning: 'The statement ran longer than its limit and was stopped.',
  },
  BACKEND_CANCELLED: {
    stage: 'backends',
    kind: 'failure',
    meaning: 'The statement was stopped because the caller cancelled or went away.',
  },
  BACKEND_QUERY_FAILED: {
    stage: 'backends',
    kind: 'failure',
    meaning: 'The database reported an error for the statement.',
  },
  INTERNAL: {
    stage: 'any',
    kind: 'failure',
    meaning: 'A fault of the broker; the call id leads to the operational log.',
  },
} as const;

export type ErrorCode = keyof typeof errorTable;
export type Stage = (typeof errorTable)[ErrorCode]['stage'];

/** What may be added to an error. Nothing here may name a host, a user, another principal, or a value the caller may not read. */
export interface ErrorDetails {
  /** What the caller can do next, one sentence. */
  readonly hint?: string;
  /** 1-based position in the caller's SQL text, in characters (code points), as PostgreSQL counts. */
  readonly position?: number;
  /** PostgreSQL's five-character SQLSTATE. */
  readonly sqlstate?: string;
  /** Whether sending the same call again can do no harm; false when an effect may have happened. */
  readonly safeToRetry?: boolean;
  /** The database ran the statement, and the call ended so all the same: for the record, where the code alone would say that nothing ran. */
  readonly executed?: boolean;
  /** The error underneath, for the operational log; never told to a caller. */
  readonly cause?: unknown;
}

/** Base of every error a caller may see. Callers match on `code`; `message` is one sentence, fit to be shown. */
export abstract class BrokerError extends Error {
  readonly hint: string | undefined;
  readonly position: number | undefined;
  readonly sqlstate: string | undefined;
  readonly safeToRetry: boolean;
  readonly executed: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
    this.position = details.position;
    this.sqlstate = details.sqlstate;
    this.safeToRetry = details.safeToRetry ?? false;
    this.executed = details.executed ?? false;
  }
}

/** The call was not run: a gate said no before the backend saw a byte. */
export class Refusal extends BrokerError {}

/** The call should have run and did not, or ran and did not end well. */
export class Failure extends BrokerError {}

/** Anything thrown becomes a BrokerError here; what is unknown becomes INTERNAL and says nothing of itself. */
export function asBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  return new Failure('INTERNAL', 'The broker met an internal fault.', { cause: thrown });
}
