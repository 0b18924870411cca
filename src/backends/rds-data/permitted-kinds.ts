/** A last look at what is sent: what the service could not confirm afterwards never gets there. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import { Failure } from '../../model/errors.ts';
import type { StatementContents } from '../../sql/statement.ts';

const reads = new Set(['SelectStmt', 'ExplainStmt', 'VariableShowStmt']);
const writes = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);
/** Statements that change the transaction or the session rather than the database. */
const ofSession =
  /^(Transaction|VariableSet|Discard|Listen|Unlisten|Notify|Prepare|Execute|Deallocate|Load|DeclareCursor|Fetch|ClosePortal|Lock|Copy|Do|Call|ConstraintsSet)Stmt$/;

/** A mask holds only where the server confirms whose column it is, which the service never tells. Throws POLICY_DENIED. */
export function checkMasks({ decision }: Readonly<AuthorizedContents>): void {
  if (decision.obligations.masks.some(({ outputs }) => outputs.length > 0))
    throw new Failure('POLICY_DENIED', 'A masked column cannot be confirmed over the RDS Data API; nothing was sent.', {
      hint: 'Leave the masked columns out.',
    });
}

/**
 * The service tells no command tags, so what could end a transaction never gets there. Throws BACKEND_QUERY_FAILED for a
 * statement that is not of the kind its class says.
 */
export function checkKind({ class: statementClass, tree }: Readonly<StatementContents>): void {
  const [kind = ''] = Object.keys(tree);
  const fits =
    statementClass === 'read' ? reads.has(kind) : statementClass === 'write' ? writes.has(kind) : !ofSession.test(kind);
  if (!fits)
    throw new Failure('BACKEND_QUERY_FAILED', 'The statement is not of its kind and was not sent.', {
      safeToRetry: false,
    });
}
