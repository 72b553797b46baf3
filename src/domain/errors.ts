/** An error with a stable code in snake_case. Clients decide by the code; the text may change. */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  /** The input field that caused the error; null if no single field did. */
  readonly field: string | null;

  constructor(code: Code, message: string, field: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.field = field;
  }
}

export type DomainErrorCode =
  | 'access_request_not_found'
  | 'agent_instance_exists'
  | 'agent_instance_not_found'
  | 'agent_message_not_found'
  | 'agent_type_not_found'
  | 'agent_type_required'
  | 'already_answered'
  | 'already_requires_user_input'
  | 'answer_does_not_fit'
  | 'answer_link_expired'
  | 'answer_link_not_found'
  | 'answer_missing'
  | 'api_key_not_found'
  | 'channel_not_found'
  | 'destination_not_found'
  | 'idempotency_key_reused'
  | 'instance_deleted'
  | 'invalid_id'
  | 'key_not_grantable'
  | 'message_not_found'
  | 'question_not_found'
  | 'question_over'
  | 'question_without_deadline'
  | 'settings_do_not_fit'
  | 'too_many_agent_types'
  | 'too_many_destinations'
  | 'too_many_open_instances';

/** A request that breaks a rule of the domain. */
export class DomainError extends CodedError<DomainErrorCode> {
  override readonly name = 'DomainError';
}

export const accessRequestNotFound = () =>
  new DomainError(
    'access_request_not_found',
    'There is no such request of a program: it is too old, was decided already, or came with another browser. Start again from the program',
  );

export const agentInstanceExists = () =>
  new DomainError('agent_instance_exists', 'Agent instance already exists', 'agent_instance_id');

export const agentInstanceNotFound = () =>
  new DomainError('agent_instance_not_found', 'Agent instance not found', 'agent_instance_id');

export const agentMessageNotFound = () =>
  new DomainError('agent_message_not_found', 'Agent message not found or access denied', 'message_id');

export const agentTypeNotFound = () =>
  new DomainError('agent_type_not_found', 'There is no agent type with this id', 'agent_type_id');

export const agentTypeRequired = () =>
  new DomainError('agent_type_required', 'agent_type is required when creating new instance', 'agent_type');

export const alreadyRequiresUserInput = () =>
  new DomainError('already_requires_user_input', 'Message already requires user input', 'message_id');

const ANSWER_LINK_ERRORS = {
  answer_link_expired: 'This link is too old. Answer on the dashboard page instead',
  answer_link_not_found: 'This link leads to no question. Open the dashboard page instead',
  answer_missing: 'Give an answer: this link is for no particular one',
} as const;

export const answerLinkError = (code: keyof typeof ANSWER_LINK_ERRORS) =>
  new DomainError(code, ANSWER_LINK_ERRORS[code], code === 'answer_missing' ? 'content' : 'token');

export const channelNotFound = () =>
  new DomainError(
    'channel_not_found',
    'No channel with this name is ready. GET /notification-channels lists those that are',
    'channel',
  );

export const destinationNotFound = () =>
  new DomainError('destination_not_found', 'There is no destination with this id', 'destination_id');

export const tooManyDestinations = (maximum: number) =>
  new DomainError(
    'too_many_destinations',
    `The user has ${maximum} destinations already, and cannot have more. Remove one of them first`,
  );

export const apiKeyNotFound = () =>
  new DomainError('api_key_not_found', 'There is no key with this id', 'id');

export const idempotencyKeyReused = () =>
  new DomainError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request. Use a new key for each new request',
  );

export const instanceDeleted = () =>
  new DomainError(
    'instance_deleted',
    'The owner deleted this agent instance. Stop, or continue with a new agent_instance_id',
    'agent_instance_id',
  );

export const invalidId = (field: string) => new DomainError('invalid_id', `Invalid ${field}`, field);

export const keyNotGrantable = () =>
  new DomainError(
    'key_not_grantable',
    'A key that is limited to one agent instance must have the scope "agent"',
    'scope',
  );

export const messageNotFound = (field: string) =>
  new DomainError('message_not_found', 'There is no message with this id in this conversation', field);

export const questionNotFound = (field = 'question_id') =>
  new DomainError('question_not_found', 'There is no question with this id', field);

export const questionWithoutDeadline = () =>
  new DomainError(
    'question_without_deadline',
    'The agent set no deadline for this question, so there is none to postpone',
    'question_id',
  );

export const tooManyAgentTypes = (maximum: number) =>
  new DomainError(
    'too_many_agent_types',
    `The user has ${maximum.toLocaleString('en')} agent types already, and cannot have more. Use one of them`,
    'agent_type',
  );

export const tooManyOpenInstances = (maximum: number) =>
  new DomainError(
    'too_many_open_instances',
    `The user has ${maximum.toLocaleString('en')} open agent instances already, and cannot start another. End some of them first`,
  );
