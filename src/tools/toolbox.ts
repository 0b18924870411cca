/** The tools as the transport uses them: a list for a principal, and calls that never throw and always leave a record. */

import type { CallToolResult } from '@modelcontextprotocol/server';
import { asBrokerError, type BrokerError } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import { type CallContext, noParameters } from '../model/request.ts';
import { InvalidArguments } from './invalid-arguments.ts';
import { type ListedTool, listTool } from './listing.ts';
import { answered, type Reply, readReply, refused } from './reply.ts';
import type { Invocation, Tool, ToolParts } from './tool.ts';
import { toolTable } from './tool-table.ts';

export interface Toolbox {
  /** The tools this principal sees: always in the order of the table, the same bytes while its rights are the same. */
  readonly list: (principal: Principal) => readonly ListedTool[];
  readonly has: (name: string) => boolean;
  /** Whether a call of this tool may have to ask a person first, as things are configured now. */
  readonly mayAsk: (name: string) => boolean;
  /** Runs one tool. Never rejects: whatever goes wrong is an answer with `isError` that tells nothing it must not. */
  readonly call: (name: string, args: unknown, invocation: Invocation) => Promise<CallToolResult>;
  /** The same for whoever writes the rows of an answer as they are read. */
  readonly answer: (name: string, args: unknown, invocation: Invocation) => Promise<Reply>;
}

export interface ToolboxOptions {
  readonly parts: ToolParts;
  /** Told of faults of the broker itself, with their cause; for the operational log alone. */
  readonly onFault?: (error: BrokerError, call: CallContext) => void;
  readonly table?: readonly Tool[];
}

export function createToolbox({ parts, onFault, table = toolTable }: ToolboxOptions): Toolbox {
  const byName = new Map(table.map((tool) => [tool.name, tool]));
  const listed = new Map<Tool, ListedTool>();

  /** The schemas are converted once; the hints are those of the principal's policy. */
  function listedFor(tool: Tool, principal: Principal): ListedTool {
    const known = listed.get(tool) ?? listTool(tool);
    listed.set(tool, known);
    const annotations = tool.annotationsFor(principal, parts);
    return annotations === tool.annotations ? known : { ...known, annotations };
  }

  async function attempt(name: string, args: unknown, invocation: Invocation): Promise<Reply> {
    const tool = byName.get(name);
    if (tool === undefined) throw new InvalidArguments('There is no such tool.', 'Call tools/list.');
    const answer = await tool.run(parts, args, invocation);
    for (const { error, call } of answer.failures ?? []) report(error, call);
    return answered(answer, invocation.call);
  }

  function report(error: BrokerError, call: CallContext): void {
    if (error.code === 'INTERNAL') onFault?.(error, call);
  }

  /** Bad arguments end before the corridor; their record is made here (invariant 3). */
  async function record(error: BrokerError, call: CallContext): Promise<BrokerError> {
    if (!(error instanceof InvalidArguments)) return error;
    const statement = { from: 'caller', sql: '', parameters: noParameters } as const;
    const request = { call, databaseId: undefined, action: 'select', statement, intent: 'read' } as const;
    try {
      await parts.audit.recordRefusal(request, error, {});
      return error;
    } catch (unrecorded) {
      return asBrokerError(unrecorded);
    }
  }

  async function answer(name: string, args: unknown, invocation: Invocation): Promise<Reply> {
    try {
      return await attempt(name, args, invocation);
    } catch (thrown) {
      const error = await record(asBrokerError(thrown), invocation.call);
      report(error, invocation.call);
      return refused(error, invocation.call);
    }
  }

  return {
    list: (principal) =>
      table.filter((tool) => tool.listedFor(principal, parts)).map((tool) => listedFor(tool, principal)),
    has: (name) => byName.has(name),
    mayAsk: (name) =>
      byName.get(name)?.mayAsk === true && parts.databases.all().some(({ confirm }) => confirm !== undefined),
    answer,
    call: async (name, args, invocation) => readReply(await answer(name, args, invocation)),
  };
}
