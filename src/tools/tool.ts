/** What a tool is: a name, two schemas and one function from checked arguments to an answer. */

import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Broker } from '../broker/answer.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Databases } from '../databases/databases.ts';
import type { BrokerError } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import type { CallContext, Confirmation } from '../model/request.ts';
import type { Receipt } from '../model/result.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';
import type { AnswerRows } from './answer-rows.ts';
import { InvalidArguments } from './invalid-arguments.ts';

/** The rooms behind the tools. Only `broker` and `audit` leave records, so every answer comes through one of them. */
export interface ToolParts {
  readonly broker: Broker;
  readonly databases: Databases;
  readonly decisionPoint: DecisionPoint;
  readonly catalogs: Catalogs;
  readonly audit: AuditLog;
}

/** One call, as the transport hands it over: who and what client, and the signal that ends it. */
export interface Invocation {
  readonly call: CallContext;
  readonly signal: AbortSignal;
  /** Absent where the client cannot ask anyone. */
  readonly person?: Person;
}

/** Whoever sits at the client and can be asked before something is done. */
export interface Person {
  /** What was said when this call was made before: used up by being here. */
  readonly said?: Said;
  /** `later`: the client will call again with the answer; this call ends. Never rejects. */
  readonly ask: (question: Question) => Promise<Answered | 'later'>;
}

export type Answered = Confirmation['answer'];

export interface Question {
  readonly message: string;
  readonly fingerprint: string;
  /** The call that asks. */
  readonly asked: string;
  /** To be called when no answer will come any more. */
  readonly unanswered: () => void;
}

export interface Said {
  readonly asked: string;
  readonly confirmation: Confirmation;
}

/** What a tool answers: the structured content, which is also its first text block as JSON. */
export type ToolAnswer<Output> = AnswerFacts &
  (
    | { readonly content: Output; readonly rows?: undefined }
    /** These rows are the first member of the content, and alone the first text block. */
    | { readonly content: Omit<Output, 'rows'>; readonly rows: AnswerRows }
  );

export interface AnswerFacts {
  /** What must be said besides (rows cut, masked, untrusted text): a second text block. */
  readonly notice?: string;
  readonly receipt?: Receipt;
  /** What went wrong in parts of an answer that is given nonetheless. */
  readonly failures?: readonly { readonly error: BrokerError; readonly call: CallContext }[];
}

/** Answers are built once and read only; their types say so all the way down. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** For models: what it does and when to use it; a few sentences. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  readonly annotations: ToolAnnotations;
  /** Hints for one principal, where its policy makes the tool something else than the above. */
  readonly annotationsFor?: (principal: Principal, parts: ToolParts) => ToolAnnotations;
  /** Whether a call may have to ask a person first; default: no. */
  readonly mayAsk?: boolean;
  /** Whether the tool is shown to this principal; default: to everyone. It never decides what a call may do. */
  readonly listedFor?: (principal: Principal, parts: ToolParts) => boolean;
  readonly run: (
    parts: ToolParts,
    input: z.output<Input>,
    invocation: Invocation,
  ) => Promise<ToolAnswer<Frozen<z.input<Output>>>>;
}

/** A tool with its types folded away: what the table holds and the toolbox calls. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly annotations: ToolAnnotations;
  readonly annotationsFor: (principal: Principal, parts: ToolParts) => ToolAnnotations;
  readonly mayAsk: boolean;
  readonly listedFor: (principal: Principal, parts: ToolParts) => boolean;
  /** Checks the arguments and runs. Throws BrokerError: REQUEST_INVALID names the field, everything else is the corridor's. */
  readonly run: (
    parts: ToolParts,
    args: unknown,
    invocation: Invocation,
  ) => Promise<ToolAnswer<Readonly<Record<string, unknown>>>>;
}

/** Folds a definition into a Tool. Called at module scope only: schemas are made once per process. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { name, title, description, input, output, annotations } = definition;
  return {
    name,
    title,
    description,
    input,
    output,
    annotations,
    annotationsFor: definition.annotationsFor ?? (() => annotations),
    mayAsk: definition.mayAsk ?? false,
    listedFor: definition.listedFor ?? (() => true),
    async run(parts, args, invocation) {
      const parsed = input.safeParse(args ?? {});
      if (!parsed.success) throw InvalidArguments.from(parsed.error);
      const { purpose } = parsed.data;
      const call = typeof purpose === 'string' ? { ...invocation.call, purpose } : invocation.call;
      const answer = await definition.run(parts, parsed.data, { ...invocation, call });
      return answer.rows === undefined
        ? { ...answer, content: { ...answer.content } }
        : { ...answer, content: { ...answer.content } };
    },
  };
}
