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
  | 'agent_instance_exists'
  | 'agent_instance_not_found'
  | 'agent_message_not_found'
  | 'agent_type_not_found'
  | 'agent_type_required'
  | 'already_answered'
  | 'already_requires_user_input'
  | 'api_key_not_found'
  | 'idempotency_key_reused'
  | 'instance_deleted'
  | 'invalid_id'
  | 'key_not_grantable'
  | 'message_not_found'
  | 'question_closed'
  | 'question_not_found'
  | 'too_many_agent_types'
  | 'too_many_open_instances';

/** A request that breaks a rule of the domain. */
export class DomainError extends CodedError<DomainErrorCode> {
  override readonly name = 'DomainError';
}

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

export const questionClosed = () =>
  new DomainError(
    'question_closed',
    'This question was closed when its session ended. To queue the message for the agent, leave out in_reply_to',
    'in_reply_to',
  );

export const questionNotFound = (field = 'question_id') =>
  new DomainError('question_not_found', 'There is no question with this id', field);

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
