/** An error with a stable, snake_case code: clients branch on the code, never on the text. */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  /** The input field at fault, where there is one. */
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
  | 'question_not_found';

/** A rule of the domain that the request breaks. */
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
    'This Idempotency-Key was used with another request; use a new key for a new request',
  );

export const instanceDeleted = () =>
  new DomainError(
    'instance_deleted',
    'This agent instance was deleted by its owner; stop, or go on under a new agent_instance_id',
    'agent_instance_id',
  );

export const invalidId = (field: string) => new DomainError('invalid_id', `Invalid ${field}`, field);

export const keyNotGrantable = () =>
  new DomainError(
    'key_not_grantable',
    'A key that is limited to one agent instance has the scope "agent"',
    'scope',
  );

export const messageNotFound = (field: string) =>
  new DomainError('message_not_found', 'There is no message with this id in this conversation', field);

export const questionClosed = () =>
  new DomainError(
    'question_closed',
    'This question was closed when its session ended; without in_reply_to the message is queued',
    'in_reply_to',
  );

export const questionNotFound = (field = 'question_id') =>
  new DomainError('question_not_found', 'There is no question with this id', field);
