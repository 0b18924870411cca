/** Statements that no database admits, by the node kind of the grammar: what to call them, and what to do instead. */

interface RefusedStatement {
  /** In SQL's words. */
  readonly name: string;
  readonly hint: string;
}

const ownTransaction = 'Every call runs alone in its own transaction; send only the query.';
const pinnedSettings = 'Settings are pinned for every call; leave the statement out.';
const oneCall = 'Nothing is kept between calls; send the query itself, with parameters.';
const noMessages = 'Notifications are not carried; read a table instead.';
const readInstead = 'Read with SELECT; the answer carries the rows.';
const noCode = 'Call one function in a SELECT, if the policy permits it.';
const administrators = 'Ask an administrator of the database; the broker changes no structure, right or setting.';

/** Everything not named here is a definition or an administration statement; its name is read off its kind. */
const named: Readonly<Record<string, RefusedStatement>> = {
  TransactionStmt: { name: 'Transaction control', hint: ownTransaction },
  VariableSetStmt: { name: 'SET', hint: pinnedSettings },
  ConstraintsSetStmt: { name: 'SET CONSTRAINTS', hint: ownTransaction },
  PrepareStmt: { name: 'PREPARE', hint: oneCall },
  ExecuteStmt: { name: 'EXECUTE', hint: oneCall },
  DeallocateStmt: { name: 'DEALLOCATE', hint: oneCall },
  DeclareCursorStmt: { name: 'DECLARE CURSOR', hint: oneCall },
  FetchStmt: { name: 'FETCH', hint: oneCall },
  ClosePortalStmt: { name: 'CLOSE', hint: oneCall },
  DiscardStmt: { name: 'DISCARD', hint: oneCall },
  ListenStmt: { name: 'LISTEN', hint: noMessages },
  UnlistenStmt: { name: 'UNLISTEN', hint: noMessages },
  NotifyStmt: { name: 'NOTIFY', hint: noMessages },
  CopyStmt: { name: 'COPY', hint: readInstead },
  CreateTableAsStmt: { name: 'CREATE TABLE AS', hint: readInstead },
  DoStmt: { name: 'DO', hint: noCode },
  CallStmt: { name: 'CALL', hint: noCode },
  LoadStmt: { name: 'LOAD', hint: administrators },
  LockStmt: { name: 'LOCK TABLE', hint: 'Readers need no lock; leave the statement out.' },
  VacuumStmt: { name: 'VACUUM or ANALYZE', hint: administrators },
  CheckPointStmt: { name: 'CHECKPOINT', hint: administrators },
  DropdbStmt: { name: 'DROP DATABASE', hint: administrators },
  CreatedbStmt: { name: 'CREATE DATABASE', hint: administrators },
  ViewStmt: { name: 'CREATE VIEW', hint: administrators },
  IndexStmt: { name: 'CREATE INDEX', hint: administrators },
  RuleStmt: { name: 'CREATE RULE', hint: administrators },
  RenameStmt: { name: 'ALTER … RENAME', hint: administrators },
  DefineStmt: { name: 'CREATE', hint: administrators },
  SecLabelStmt: { name: 'SECURITY LABEL', hint: administrators },
  CreateStmt: { name: 'CREATE TABLE', hint: administrators },
  GrantStmt: { name: 'GRANT or REVOKE', hint: administrators },
  GrantRoleStmt: { name: 'GRANT or REVOKE', hint: administrators },
};

/** The name and the advice for a statement of this kind. */
export function describeRefused(kind: string): RefusedStatement {
  const known = Object.hasOwn(named, kind) ? named[kind] : undefined;
  return known ?? { name: wordsOf(kind), hint: administrators };
}

/** `AlterTableStmt` → `ALTER TABLE`. */
function wordsOf(kind: string): string {
  return kind
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}
