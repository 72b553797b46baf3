import type * as v from 'valibot';
import type * as useCases from '../../application/use-cases/index.ts';
import type { apiKey } from '../../application/wire/api-key.ts';
import type { message } from '../../application/wire/fields.ts';

type UseCases = typeof useCases;

/** What a use case takes and gives on the wire: its schemas are where the types come from. */
export type InputOf<Name extends keyof UseCases> = v.InferInput<UseCases[Name]['input']>;
export type OutputOf<Name extends keyof UseCases> = v.InferOutput<UseCases[Name]['output']>;

export type Message = v.InferOutput<typeof message>;
export type ApiKey = v.InferOutput<typeof apiKey>;
export type { WireInstance as AgentInstance } from '../../application/wire/agent-instance.ts';
export type { WireConversationMessage as ConversationMessage } from '../../application/wire/conversation-message.ts';

/** A step of an agent, or with `requires_user_input` a question that is not waited for. */
export type AgentMessage = Omit<InputOf<'sendAgentMessage'>, 'git_diff'> & {
  /** Text or base64 of it; an empty one clears what is stored. */
  readonly git_diff?: string | null | undefined;
};
