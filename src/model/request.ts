/** What one tool call asks of one database. */

import type { Principal } from './principal.ts';

/** The actions a policy speaks of. */
export const actions = [
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'ddl',
  'call',
  'explain',
  'describe',
  'list',
] as const;
export type Action = (typeof actions)[number];

/** A bind value as the tools hand it over: text in PostgreSQL's input syntax, or null. Values are never spliced into SQL. */
export type BindValue = string | null;

/**
 * Positional values for `$1, $2 …`, or named values for `:name`. A type is a PostgreSQL type name the caller stated
 * (Data-API type hints), else the server infers it.
 */
export interface BindParameters {
  readonly style: 'positional' | 'named';
  readonly values: readonly { readonly name?: string; readonly value: BindValue; readonly type?: string }[];
}

export const noParameters: BindParameters = Object.freeze({ style: 'positional', values: Object.freeze([]) });

/**
 * Where the SQL text comes from. `caller`: untrusted text of a caller. `fixed`: one of the broker's own texts, looked up
 * by name in `catalog/fixed-statements.ts`; no caller can reach that path with a text of its own.
 */
export type StatementSource =
  | { readonly from: 'caller'; readonly sql: string; readonly parameters: BindParameters }
  | { readonly from: 'fixed'; readonly name: string; readonly parameters: BindParameters };

/** The client program, as it describes itself: everything here is claimed, not verified. */
export interface ClientInfo {
  readonly name?: string;
  readonly version?: string;
  /** Remote address of the connection; the one fact here that is observed. */
  readonly address?: string;
  /** Self-declared person or agent. */
  readonly claimed?: string;
}

export interface CallContext {
  /** UUIDv7; joins intent, outcome, receipt, log lines and the server's application_name. */
  readonly id: string;
  readonly tool: string;
  readonly principal: Principal;
  readonly client: ClientInfo;
  readonly transport: 'stdio' | 'streamable-http' | 'sse' | 'internal';
  /** MCP facts for the record: JSON-RPC request id, protocol version, session id. */
  readonly mcp?: { readonly request?: string; readonly protocol?: string; readonly session?: string };
  /** What the client says its call is part of. */
  readonly trace?: TraceParent;
  /**
   * Aborted when the client has surely gone: its session or its connection has ended. What is kept for its next call may be
   * let go then. Absent where each request stands alone.
   */
  readonly gone?: AbortSignal;
  /** A stated reason or ticket. */
  readonly purpose?: string;
  /** The call this one belongs to: on whose behalf the broker itself reads, or that asked several databases or for the first page. */
  readonly cause?: string;
  /**
   * Told that the database is waited for, where the client wants to know. It looks on: it must not throw, and nothing
   * depends on it.
   */
  readonly onWait?: (why: WaitReason) => void;
}

/** W3C trace context: 32 and 16 lower-case hex digits; `state` is the `tracestate` of other systems, carried and not read. */
export interface TraceParent {
  readonly id: string;
  readonly span: string;
  readonly sampled: boolean;
  readonly state?: string;
}

/** Why a call that could not begin yet is not given up: the database wakes from a pause, or its service asked for patience. */
export type WaitReason = 'resuming' | 'throttled';

export interface QueryRequest {
  readonly call: CallContext;
  /** As the caller wrote it; undefined means the default database. */
  readonly databaseId: string | undefined;
  readonly action: Action;
  readonly statement: StatementSource;
  /**
   * What the statement may do at most: `read` for run_query and every looking tool; `write` only for execute_statement
   * (and run_query in legacy write mode), and then only on a database whose `readonly` is false.
   */
  readonly intent: 'read' | 'write';
  /** For tools about one relation (get_table_schema): its name as the caller wrote it. */
  readonly target?: string;
  /** For the action `explain`: planned as if this index were there. Made by a tool of names it was shown, never by a caller. */
  readonly hypothetical?: HypotheticalIndex;
  /** As the caller wrote it: `open` asks that what does not fit be kept; else the cursor of the answer before. */
  readonly cursor?: string;
  /** Which page of a result is asked for. Set by the broker alone, from `cursor`. */
  readonly page?: Page;
  /** What a person said of this very call, where the database asks for it. */
  readonly confirmation?: Confirmation;
  /** Tighter limits asked for by the caller; never looser than the database's and the policy's. */
  readonly limits?: Partial<CallLimits>;
}

/** Pages of one result are calls of their own: `of` is the call that asked for the first, `number` counts from 1. */
export interface Page {
  readonly of: string;
  readonly number: number;
}

/** A B-tree that does not exist, for the planner to reckon with (HypoPG). */
export interface HypotheticalIndex {
  readonly schema: string;
  readonly relation: string;
  readonly columns: readonly { readonly name: string; readonly descending: boolean }[];
}

/** The answer of a person, as the client brings it. It counts for one statement with its values, of one caller, on one database. */
export interface Confirmation {
  /** What was asked about, as the broker named it when it asked. */
  readonly fingerprint: string;
  readonly answer: 'accepted' | 'declined' | 'unanswered';
}

/** Limits in force for one call. */
export interface CallLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
}
