import type * as v from 'valibot';
import type * as useCases from '../../application/use-cases/index.ts';
import type { apiKey } from '../../application/wire/api-key.ts';
import type { message } from '../../application/wire/fields.ts';
import type { stopRequested } from '../../application/wire/stop-request.ts';

type UseCases = typeof useCases;

/** The JSON that a use case accepts. `Name` is the name under which `useCases` exports the use case. */
export type InputOf<Name extends keyof UseCases> = v.InferInput<UseCases[Name]['input']>;
/** The JSON that a use case returns. */
export type OutputOf<Name extends keyof UseCases> = v.InferOutput<UseCases[Name]['output']>;

/** Where an agent runs, as far as it says so. */
export type { GivenWireContext as AgentContext } from '../../application/wire/agent-context.ts';

/** A message as agents get it. `sender_type` is `AGENT` or `USER`; times are ISO 8601 in UTC. */
export type Message = v.InferOutput<typeof message>;
/** An API key without its token. */
export type ApiKey = v.InferOutput<typeof apiKey>;
/** The person's request that the agent stops. `at`: ISO 8601 in UTC. */
export type StopRequest = NonNullable<v.InferOutput<typeof stopRequested>>;
export type { WireInstance as AgentInstance } from '../../application/wire/agent-instance.ts';
export type { WireConversationMessage as ConversationMessage } from '../../application/wire/conversation-message.ts';
/** How a question ended. */
export type { WireOutcome as Outcome } from '../../application/wire/outcome.ts';

/**
 * A message that an agent sends: a step, or a question if `requires_user_input` is true. Sending a question
 * does not wait for its answer.
 */
export type AgentMessage = Omit<InputOf<'sendAgentMessage'>, 'git_diff'> & {
  /** The output of `git diff`, as text or in base64. An empty text clears the stored diff. */
  readonly git_diff?: string | null | undefined;
};
