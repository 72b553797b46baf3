import { invalidId } from './errors.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The tenant: the `sub` of a verified token. */
export type UserId = Branded<'UserId'>;
export type AgentInstanceId = Branded<'AgentInstanceId'>;
export type AgentTypeId = Branded<'AgentTypeId'>;
export type MessageId = Branded<'MessageId'>;

const UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;

/** Accepts 32 hexadecimal digits in upper or lower case, with all four hyphens (RFC 9562) or none. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * Returns a UUID in the form in which ids are stored and compared: lower case, with hyphens.
 * @param field the input field that the error names.
 * @throws DomainError `invalid_id`
 */
export function canonicalUuid(text: string, field: string): string {
  if (!isUuid(text)) throw invalidId(field);
  const lower = text.toLowerCase();
  if (lower.length === 36) return lower;
  return [
    lower.slice(0, 8),
    lower.slice(8, 12),
    lower.slice(12, 16),
    lower.slice(16, 20),
    lower.slice(20),
  ].join('-');
}

/** Accepts any text: the issuer of the token decides which user ids exist. */
export const userId = (text: string) => text as UserId;

export const agentInstanceId = (text: string, field = 'agent_instance_id') =>
  canonicalUuid(text, field) as AgentInstanceId;

export const messageId = (text: string, field = 'message_id') => canonicalUuid(text, field) as MessageId;

export const agentTypeId = (text: string, field = 'agent_type_id') =>
  canonicalUuid(text, field) as AgentTypeId;

/**
 * A notification about a message has the id of that message, one about the end of an instance has its id. See
 * also `outcomeNotificationId`.
 */
export type NotificationId = Branded<'NotificationId'>;
export type DestinationId = Branded<'DestinationId'>;

export const destinationId = (text: string, field = 'destination_id') =>
  canonicalUuid(text, field) as DestinationId;
