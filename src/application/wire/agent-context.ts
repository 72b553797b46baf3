import * as v from 'valibot';
import {
  type AgentContext,
  type GivenContext,
  MAX_CONTEXT_LENGTH,
} from '../../domain/conversation/agent-context.ts';
import { TEXT_PATTERN } from '../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../domain/text/code-points.ts';
import * as field from './fields.ts';

const text = (description: string) =>
  field.optional(
    v.pipe(
      v.string(),
      v.check(
        (value) => hasAtMostCodePoints(value, MAX_CONTEXT_LENGTH),
        `must be at most ${MAX_CONTEXT_LENGTH} characters`,
      ),
      v.metadata({ maxLength: MAX_CONTEXT_LENGTH, pattern: TEXT_PATTERN }),
      v.description(description),
    ),
  );

/** Where an agent runs, as it says so itself. Unknown fields are ignored. */
export const givenContext = v.object({
  repository: text('The name of the repository, for example acme/shop'),
  branch: text('The branch that is checked out'),
  machine: text('The name of the machine'),
  folder: text('The working folder. The home folder in it becomes ~'),
  model: text('The language model'),
  agent_version: text('The version of the agent’s program'),
  terminal: text('The terminal program'),
});

/** The JSON in which an agent says it. */
export type GivenWireContext = v.InferInput<typeof givenContext>;

/** The field of an input that has it. */
export const contextField = field.optional(
  v.pipe(givenContext, v.description('Where the agent runs. What is absent, null or blank stays as it was')),
);

/** The same as people see it. */
export const agentContext = v.object({
  repository: v.nullable(v.string()),
  branch: v.nullable(v.string()),
  machine: v.nullable(v.string()),
  folder: v.nullable(v.string()),
  model: v.nullable(v.string()),
  agent_version: v.nullable(v.string()),
  terminal: v.nullable(v.string()),
});

export type WireContext = v.InferOutput<typeof agentContext>;

/** Returns null if nothing is known. */
export function wireContext(context: AgentContext): WireContext | null {
  if (Object.keys(context).length === 0) return null;
  const { repository, branch, machine, folder, model, agentVersion, terminal } = context;
  return {
    repository: repository ?? null,
    branch: branch ?? null,
    machine: machine ?? null,
    folder: folder ?? null,
    model: model ?? null,
    agent_version: agentVersion ?? null,
    terminal: terminal ?? null,
  };
}

/** Returns what an agent says about where it runs; null if it says nothing. */
export function readContext(
  given: v.InferOutput<typeof givenContext> | null | undefined,
): GivenContext | null {
  if (given == null) return null;
  const { agent_version: agentVersion, ...others } = given;
  return { ...others, agentVersion };
}
