/** The person at the other end of a client, as far as the client can ask: by elicitation, in the way of its revision. */

import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Answered, Person, Question } from '../tools/tool.ts';
import type { Questions } from './questions.ts';

const key = 'confirm';

/** The first revision whose clients come back with the answer instead of being asked while the call waits. */
const comesBack = '2026-07-28';

/** One tick that only a person sets: to accept the form is not enough. */
const requestedSchema = {
  type: 'object' as const,
  properties: { [key]: { type: 'boolean' as const, title: 'Run this statement', default: false } },
  required: [key],
};

export interface Asking {
  /** Undefined where the client did not say that it can ask with a form. */
  readonly person: Person | undefined;
  /** What the client is answered: the result, or the question that has to be answered first. */
  readonly reply: (result: CallToolResult) => CallToolResult | InputRequiredResult;
}

/** `owner`: whose call it is, as `identityOf` tells callers apart. */
export function askingOf(server: McpServer['server'], ctx: ServerContext, questions: Questions, owner: string): Asking {
  const capability = server.getClientCapabilities()?.elicitation;
  const byForm = capability !== undefined && (capability.form !== undefined || capability.url === undefined);
  if (!byForm) return { person: undefined, reply: (result) => result };
  const later = (server.getNegotiatedProtocolVersion() ?? '') >= comesBack;
  return later ? askLater(ctx, questions, owner) : { person: askNow(ctx, questions), reply: (result) => result };
}

function askNow(ctx: ServerContext, { patience }: Questions): Person {
  return {
    async ask({ message }) {
      const params = { mode: 'form' as const, message, requestedSchema };
      const options = { timeout: patience, signal: ctx.mcpReq.signal };
      try {
        return answerIn(await ctx.mcpReq.send({ method: 'elicitation/create', params }, options));
      } catch {
        return 'unanswered'; // too late, gone, or the client could not ask after all
      }
    },
  };
}

function askLater(ctx: ServerContext, questions: Questions, owner: string): Asking {
  const { inputResponses, requestState } = ctx.mcpReq;
  const state: unknown = requestState();
  const view = inputResponse(inputResponses, key);
  const said = typeof state === 'string' && view.kind === 'elicit' ? questions.take(state, answerIn(view)) : undefined;
  let asked: Question | undefined;
  const ask = async (question: Question) => {
    asked = question;
    return 'later' as const;
  };
  return {
    person: said === undefined ? { ask } : { ask, said },
    reply(result) {
      if (asked === undefined) return result;
      const form = inputRequired.elicit({ message: asked.message, requestedSchema });
      return inputRequired({ inputRequests: { [key]: form }, requestState: questions.keep(asked, owner) });
    },
  };
}

function answerIn({ action, content }: { readonly action: string; readonly content?: object | undefined }): Answered {
  if (action === 'cancel') return 'unanswered';
  const ticked = Object.entries(content ?? {}).some(([name, value]) => name === key && value === true);
  return action === 'accept' && ticked ? 'accepted' : 'declined';
}
