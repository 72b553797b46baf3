import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';

/** What `tools/list` says about a tool. */
export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectJsonSchema;
  readonly outputSchema: ObjectJsonSchema;
  readonly annotations: ToolAnnotations;
}

export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export interface ObjectJsonSchema {
  readonly type: 'object';
  readonly properties: { readonly [name: string]: JsonSchema };
  readonly required?: string[];
}

/** What a tool call knows besides its arguments. */
export interface ToolContext {
  /** For a client that names none: one of its own where its key has one, else a new one. */
  readonly newInstanceId: () => string;
  readonly agentType: string;
  /** How long this client may be kept waiting unless it says so itself. */
  readonly waitSeconds: number;
}

export interface ToolRun {
  readonly caller: Caller;
  readonly args: object;
  readonly context: ToolContext;
  readonly gone: AbortSignal;
}

/** One row of the table of tools. */
export interface Tool {
  readonly definition: ToolDefinition;
  readonly useCase: UseCase;
  /** Whether a call may take long. */
  readonly mayWait: boolean;
  /** The tool's name of a use case's field, where it has another. */
  readonly renamed: ReadonlyMap<string, string>;
  run(dispatch: Dispatch, call: ToolRun): Promise<object>;
}

interface ToolField<Name> {
  /** The use case's field. */
  readonly from: Name;
  /** Where the row supplies what the client left out. */
  readonly optional?: true;
  readonly description: string;
}

interface ToolRow<Input extends ObjectSchema, Output extends ObjectSchema> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly useCase: UseCase<Input, Output> & { readonly input: { readonly entries: v.ObjectEntries } };
  readonly fields: { readonly [name: string]: ToolField<keyof v.InferInput<Input> & string> };
  /** What the client need not, or may not, say. */
  readonly defaults: (context: ToolContext) => object;
  readonly output: v.ObjectEntries;
  readonly result: (answer: v.InferOutput<Output>) => object;
  readonly mayWait?: boolean;
}

/**
 * Makes a tool of a use case: its input is the use case's, with fewer fields and some of them renamed. The
 * schemas are for the client to read; what it sends is validated in one place, `dispatch`.
 */
export function defineTool<Input extends ObjectSchema, Output extends ObjectSchema>({
  useCase,
  fields,
  defaults,
  output,
  result,
  mayWait = false,
  ...told
}: ToolRow<Input, Output>): Tool {
  const { entries } = useCase.input;
  const named = Object.entries(fields);
  const ofUseCaseOnly = new Set([...Object.keys(entries), ...Object.keys(fields)]);
  const required = named.filter(([, { from, optional }]) => !optional && isRequired(entries[from]));
  const properties = Object.fromEntries(
    named.map(([name, { from, description }]) => [
      name,
      { ...withoutDialect(toJsonSchema(essence(entries[from]), SETTINGS)), description },
    ]),
  );

  const inputOf = (args: object, context: ToolContext): object => {
    // Unknown fields go along, for dispatch to judge; what only the use case knows is not the client's to say.
    const unknown = Object.entries(args).filter(([name]) => !ofUseCaseOnly.has(name));
    const given = named.flatMap(([name, { from }]) => {
      const value: unknown = Object.hasOwn(args, name) ? (args as { [name: string]: unknown })[name] : null;
      return value == null ? [] : [[from, value] as const];
    });
    return { ...defaults(context), ...Object.fromEntries([...unknown, ...given]) };
  };

  return {
    definition: {
      ...told,
      inputSchema: { type: 'object', properties, required: required.map(([name]) => name) },
      outputSchema: withoutDialect(toJsonSchema(v.object(output), SETTINGS)) as ObjectJsonSchema,
    },
    useCase: useCase as UseCase,
    mayWait,
    renamed: new Map(named.map(([name, { from }]) => [from, name])),
    async run(dispatch, { caller, args, context, gone }) {
      return result(await dispatch(useCase, { caller, input: inputOf(args, context), gone }));
    },
  };
}

/** Checks in code have no JSON Schema; a violation is answered by the use case's own error. */
const SETTINGS = { errorMode: 'ignore', target: 'draft-2020-12' } as const;

const isRequired = (schema: v.ObjectEntries[string] | undefined): boolean => schema?.type !== 'optional';

/** Null counts as absent, but a model need not know: plain types are what every client understands. */
function essence(schema: v.ObjectEntries[string] | undefined): v.GenericSchema {
  let inner = schema as v.GenericSchema;
  while ('wrapped' in inner) inner = inner.wrapped as v.GenericSchema;
  return inner;
}

function withoutDialect({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
