import {
  type AgentInstanceId,
  agentInstanceId,
  isUuid,
  type MessageId,
  type UserId,
} from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { DeliverySignal } from '../../ports/signals/delivery-signals.ts';
import type { Revocation } from '../../ports/signals/revocations.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import type { DatabaseNotification } from '../../ports/signals/store-signals.ts';

/** The PostgreSQL channel that a store notifies and every server process listens on. */
export const CHANNEL = 'agent_dashboard';

/** PostgreSQL refuses a statement that sends a payload of 8,000 bytes or more. */
const MAX_PAYLOAD_BYTES = 7_900;

/**
 * Encodes `signals` as payloads of `pg_notify`: as few as possible, each under 7,900 bytes. A payload is a
 * JSON array with one entry [user id, instance id, version] for each signal. JSON escapes what a PostgreSQL
 * text cannot hold: a user id may be any Unicode, also NUL or a lone surrogate.
 */
export const encodeSignals = (signals: readonly Signal[]): string[] =>
  packPayloads(
    '[',
    signals.map(({ userId, agentInstanceId, version }) => [userId, agentInstanceId, version]),
    ']',
  );

/** Decodes the signals in `payload`. Returns null if `encodeSignals` cannot have made it. */
export const decodeSignals = (payload: string): Signal[] | null =>
  decodeAll(parseJson(payload), decodeSignal);

/**
 * Encodes revocations as payloads, too: {"revoked": [entry, …]}. The entry of a key is [user id, API key id].
 * The entry of a deleted user is [user id, null, `issuedBefore`]; the time `issuedBefore` is null or
 * milliseconds since 1970. Older versions of this server know only payloads that are arrays, so they ignore
 * these payloads.
 */
export const encodeRevoked = (keys: readonly Revocation[]): string[] =>
  packPayloads(
    '{"revoked":[',
    keys.map((key) =>
      key.id === null ? [key.userId, null, key.issuedBefore?.getTime() ?? null] : [key.userId, key.id],
    ),
    ']}',
  );

/** Decodes the revocations in `payload`. Returns null if `encodeRevoked` cannot have made it. */
export function decodeRevoked(payload: string): Revocation[] | null {
  const message = parseJson(payload);
  if (typeof message !== 'object' || message === null || !('revoked' in message)) return null;
  return decodeAll(message.revoked, decodeRevokedKey);
}

/**
 * Encodes signals about deliveries as payloads: {"deliveries": [entry, …]}, with an entry [user id, instance
 * id, message id] for each.
 */
export const encodeDeliveries = (signals: readonly DeliverySignal[]): string[] =>
  packPayloads(
    '{"deliveries":[',
    signals.map(({ userId, agentInstanceId: id, messageId }) => [userId, id, messageId]),
    ']}',
  );

/** Decodes the signals in `payload`. Returns null if `encodeDeliveries` cannot have made it. */
export function decodeDeliveries(payload: string): DeliverySignal[] | null {
  const message = parseJson(payload);
  if (typeof message !== 'object' || message === null || !('deliveries' in message)) return null;
  return decodeAll(message.deliveries, decodeDelivery);
}

/** Encodes the notifications of a store for other processes, where `PostgresSignals` decodes them. */
export const databaseNotification: DatabaseNotification = { channel: CHANNEL, encodeSignals, encodeRevoked };

/** Puts as many entries as fit into each payload. A payload begins with `opening` and ends with `closing`. */
function packPayloads(opening: string, entries: readonly unknown[], closing: string): string[] {
  const payloads: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const finishPayload = () => {
    if (texts.length > 0) payloads.push(`${opening}${texts.join(',')}${closing}`);
    texts = [];
    bytes = opening.length + closing.length;
  };
  finishPayload();
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    const textBytes = Buffer.byteLength(text) + ','.length;
    if (bytes + textBytes >= MAX_PAYLOAD_BYTES) finishPayload();
    // An entry that is too long is left out: a change must not fail because its signal cannot be sent.
    if (bytes + textBytes >= MAX_PAYLOAD_BYTES) continue;
    texts.push(text);
    bytes += textBytes;
  }
  finishPayload();
  return payloads;
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

/** Decodes all entries. Returns null if `entries` is not a list, is empty, or has a malformed entry. */
function decodeAll<Entry>(
  entries: unknown,
  decode: (parts: readonly unknown[]) => Entry | null,
): Entry[] | null {
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const decoded = entries.map((entry) => (Array.isArray(entry) ? decode(entry) : null));
  return decoded.every((entry) => entry !== null) ? decoded : null;
}

function decodeSignal(parts: readonly unknown[]): Signal | null {
  const [user, instance, version] = parts;
  if (parts.length !== 3 || !isNonEmptyText(user)) return null;
  const id = decodeInstanceId(instance);
  if (id === null) return null;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return null;
  return { userId: user as UserId, agentInstanceId: id, version };
}

function decodeDelivery(parts: readonly unknown[]): DeliverySignal | null {
  const [user, instance, message] = parts;
  if (parts.length !== 3 || !isNonEmptyText(user)) return null;
  const id = decodeInstanceId(instance);
  if (id === null || typeof message !== 'string' || !isUuid(message)) return null;
  return { userId: user as UserId, agentInstanceId: id, messageId: message as MessageId };
}

/** Ids are compared as text, so another spelling of an id would match no subscriber. */
function decodeInstanceId(text: unknown): AgentInstanceId | null {
  if (typeof text !== 'string' || !isUuid(text)) return null;
  const id = agentInstanceId(text);
  return id === text ? id : null;
}

function decodeRevokedKey(parts: readonly unknown[]): Revocation | null {
  const [user, id] = parts;
  if (id === null) return decodeRevokedUser(parts);
  if (parts.length !== 2 || !isNonEmptyText(user) || !isNonEmptyText(id)) return null;
  return { userId: user as UserId, id: id as ApiKeyId };
}

function decodeRevokedUser([user, id, issuedBefore, ...extraParts]: readonly unknown[]): Revocation | null {
  if (extraParts.length > 0 || !isNonEmptyText(user) || id !== null) return null;
  if (issuedBefore !== null && !Number.isSafeInteger(issuedBefore)) return null;
  const time = issuedBefore === null ? null : new Date(issuedBefore as number);
  return { userId: user as UserId, id, issuedBefore: time };
}

const isNonEmptyText = (part: unknown): part is string => typeof part === 'string' && part !== '';
