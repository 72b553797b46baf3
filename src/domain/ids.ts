import { invalidId } from './errors.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The tenant: the `sub` of a verified token. */
export type UserId = Branded<'UserId'>;
export type AgentInstanceId = Branded<'AgentInstanceId'>;
export type AgentTypeId = Branded<'AgentTypeId'>;
export type MessageId = Branded<'MessageId'>;

const UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;

/** True for 32 hexadecimal digits in either case, with all four hyphens (RFC 9562) or none. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * The one form an id is kept and compared in: lower case, with hyphens.
 * @throws DomainError `invalid_id`, naming `field`, when `text` is not a UUID.
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

/** Any non-empty text is a user; who that is, the token's issuer knows. */
export const userId = (text: string) => text as UserId;

export const agentInstanceId = (text: string, field = 'agent_instance_id') =>
  canonicalUuid(text, field) as AgentInstanceId;

export const messageId = (text: string, field = 'message_id') => canonicalUuid(text, field) as MessageId;

export const agentTypeId = (text: string, field = 'agent_type_id') =>
  canonicalUuid(text, field) as AgentTypeId;
