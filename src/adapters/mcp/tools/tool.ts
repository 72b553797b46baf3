import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { StartedCall } from './task.ts';

/** A tool as `tools/list` shows it. */
export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectJsonSchema;
  /** Absent: the result is only a text, without `structuredContent`. */
  readonly outputSchema?: ObjectJsonSchema;
  readonly annotations: ToolAnnotations;
  /** For clients that show apps: the app of the tool, and who may call it. */
  readonly _meta?: { readonly ui: { readonly resourceUri?: string; readonly visibility: string[] } };
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

/** What a tool uses for arguments that the client left out. */
export interface CallDefaults {
  /** Returns the instance that the caller's key is bound to, else the session's instance, else a new id. */
  readonly defaultInstanceId: () => string;
  readonly agentType: string;
  /** How long this client may be kept waiting. */
  readonly waitSeconds: number;
}

export interface ToolCall {
  readonly caller: Caller;
  /** The arguments that the client sent, as `readArguments` returns them. */
  readonly args: object;
  readonly defaults: CallDefaults;
  /** Aborted when the client cancels the call or disconnects. */
  readonly signal: AbortSignal;
}

/** A tool that clients can call. */
export interface Tool {
  readonly definition: ToolDefinition;
  readonly useCase: UseCase;
  /** Whether a call may wait for a person. */
  readonly isLongRunning: boolean;
  /** Maps each field of the use case to the name of the tool's argument. */
  readonly argumentNames: ReadonlyMap<string, string>;
  run(dispatch: Dispatch, call: ToolCall): Promise<object>;
  /**
   * Begins the call and returns at once, for clients that know tasks. null: the call has its result at once,
   * or these arguments ask not to wait, so it must be run.
   */
  startTask(dispatch: Dispatch, call: ToolCall): Promise<StartedCall> | null;
}

interface ToolField<Name> {
  /** The name of the field in the use case's input. */
  readonly inputField: Name;
  /** Set if the use case requires the field but the client may leave it out: `defaults` then supplies it. */
  readonly optional?: true;
  /**
   * What clients see instead of the schema of the use case. For a schema that is too large for the context of
   * a model, or that some clients refuse.
   */
  readonly shownSchema?: JsonSchema;
  readonly description: string;
}

/**
 * The definition of a tool: its use case, and how its arguments and result differ from those of the use case.
 */
interface ToolRow<Input extends ObjectSchema, Output extends ObjectSchema> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly useCase: UseCase<Input, Output> & { readonly input: { readonly entries: v.ObjectEntries } };
  /** The tool's arguments, by name. */
  readonly fields: { readonly [name: string]: ToolField<keyof v.InferInput<Input> & string> };
  /** Arguments that are about the call and not about the use case, which does not get them. */
  readonly ownFields?: {
    readonly [name: string]: { readonly schema: JsonSchema; readonly description: string };
  };
  /** Returns values for the fields of the use case that the client has left out or cannot set. */
  readonly defaults: (defaults: CallDefaults) => object;
  /** The fields of the tool's result. */
  readonly output: v.ObjectEntries;
  /** Makes the tool's result from the use case's output. */
  readonly result: (output: v.InferOutput<Output>) => object;
  readonly isLongRunning?: boolean;
  /** How a call begins for clients that know tasks. Absent: the tool has its result at once. */
  readonly task?: TaskRow;
}

/** The beginning of a tool whose result may come later. */
interface TaskRow<Output extends ObjectSchema = ObjectSchema> {
  /** Takes the fields of the tool's own use case. Its output says how the call stands. */
  readonly useCase: UseCase<ObjectSchema, Output>;
  /** Whether a call with these arguments may become a task. */
  readonly isWanted: (args: { readonly [name: string]: unknown }) => boolean;
  /** Makes the result or the task from the output of `useCase`. */
  readonly started: (output: v.InferOutput<Output>) => StartedCall;
}

/** Infers the output of a task's use case. */
export const defineTask = <Output extends ObjectSchema>(row: TaskRow<Output>): TaskRow =>
  row as unknown as TaskRow;

/**
 * Creates a tool from a use case. The tool has some of the use case's fields, a few of them under other
 * names. Only clients use its schemas: `dispatch` validates the input.
 */
export function defineTool<Input extends ObjectSchema, Output extends ObjectSchema>({
  useCase,
  fields,
  ownFields = {},
  defaults,
  output,
  result,
  isLongRunning = false,
  task,
  ...definitionFields
}: ToolRow<Input, Output>): Tool {
  const { entries } = useCase.input;
  const toolFields = Object.entries(fields);
  const knownNames = new Set([...Object.keys(entries), ...Object.keys(fields), ...Object.keys(ownFields)]);
  const required = toolFields.filter(
    ([, { inputField, optional }]) => !optional && isRequired(entries[inputField]),
  );
  const ownProperties = Object.entries(ownFields).map(([name, { schema, description }]) => [
    name,
    { ...schema, description },
  ]);
  const properties = Object.fromEntries([
    ...toolFields.map(([name, { inputField, shownSchema, description }]) => [
      name,
      {
        ...(shownSchema ??
          withoutDialect(toJsonSchema(unwrapSchema(entries[inputField]), JSON_SCHEMA_SETTINGS))),
        description,
      },
    ]),
    ...ownProperties,
  ]);

  const buildInput = (args: object, callDefaults: CallDefaults): object => {
    // Unknown arguments are passed on, and dispatch decides about them. Arguments with the name of a field
    // that the tool does not offer are dropped: a client cannot set these fields.
    const unknownArguments = Object.entries(args).filter(([name]) => !knownNames.has(name));
    const givenFields = toolFields.flatMap(([name, { inputField }]) => {
      return Object.hasOwn(args, name) ? [[inputField, args[name as keyof typeof args]] as const] : [];
    });
    return { ...defaults(callDefaults), ...Object.fromEntries([...unknownArguments, ...givenFields]) };
  };

  return {
    definition: {
      ...definitionFields,
      inputSchema: { type: 'object', properties, required: required.map(([name]) => name) },
      outputSchema: withoutDialect(toJsonSchema(v.object(output), JSON_SCHEMA_SETTINGS)) as ObjectJsonSchema,
    },
    useCase: useCase as UseCase,
    isLongRunning,
    argumentNames: new Map(toolFields.map(([name, { inputField }]) => [inputField, name])),
    async run(dispatch, { caller, args, defaults: callDefaults, signal }) {
      return result(
        await dispatch(useCase, { caller, input: buildInput(args, callDefaults), clientGone: signal }),
      );
    },
    startTask(dispatch, { caller, args, defaults: callDefaults, signal }) {
      if (task === undefined || !task.isWanted({ ...args })) return null;
      const input = buildInput(args, callDefaults);
      return dispatch(task.useCase, { caller, input, clientGone: signal }).then(task.started);
    },
  };
}

/**
 * Rules that are written as functions cannot be expressed in JSON Schema and are left out. `dispatch` still
 * applies them.
 */
const JSON_SCHEMA_SETTINGS: ConversionConfig = {
  errorMode: 'ignore',
  target: 'draft-2020-12',
  // Formats and patterns: some models' programs refuse a tool that has them.
  ignoreActions: ['metadata', 'iso_timestamp'],
};

const isRequired = (schema: v.ObjectEntries[string] | undefined): boolean => schema?.type !== 'optional';

/** Returns the plain type inside `optional` and `nullable`: not every client understands a nullable type. */
function unwrapSchema(schema: v.ObjectEntries[string] | undefined): v.GenericSchema {
  let inner = schema as v.GenericSchema;
  while ('wrapped' in inner) inner = inner.wrapped as v.GenericSchema;
  return inner;
}

/** Removes `$schema`, which names the dialect of JSON Schema. */
function withoutDialect({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
