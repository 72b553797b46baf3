import { agentInstanceId, isUuid, type UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { Revoked } from '../../ports/signals/revocations.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import type { DatabaseNotification } from '../../ports/signals/store-signals.ts';

/** The channel that a store notifies and every server process listens on. */
export const CHANNEL = 'agent_dashboard';

/** PostgreSQL refuses a payload of 8,000 bytes or more, and with it the statement that sends it. */
const LIMIT_BYTES = 7_900;

/**
 * The payloads of `pg_notify` that carry `signals`, as few as possible and each under 7,900 bytes: JSON
 * arrays of [user id, instance id, version]. JSON, because a user id is any Unicode and PostgreSQL's text
 * holds neither NUL nor a lone surrogate.
 */
export const encodeSignals = (signals: readonly Signal[]): string[] =>
  packed(
    '[',
    signals.map(({ userId, agentInstanceId, version }) => [userId, agentInstanceId, version]),
    ']',
  );

/** The signals in `payload`, or null if any of it is not what `encodeSignals` makes. */
export const decodeSignals = (payload: string): Signal[] | null => decodeAll(parsed(payload), decodeSignal);

/**
 * The payloads that carry revoked `keys`, in the same way: {"revoked": [[user id, key id], …]}, and for a
 * deleted user [user id, null, milliseconds since 1970 or null]. A process that knows signals only finds no
 * array there and ignores it.
 */
export const encodeRevoked = (keys: readonly Revoked[]): string[] =>
  packed(
    '{"revoked":[',
    keys.map((key) =>
      key.id === null ? [key.userId, null, key.issuedBefore?.getTime() ?? null] : [key.userId, key.id],
    ),
    ']}',
  );

/** The keys in `payload`, or null if any of it is not what `encodeRevoked` makes. */
export function decodeRevoked(payload: string): Revoked[] | null {
  const message = parsed(payload);
  if (typeof message !== 'object' || message === null || !('revoked' in message)) return null;
  return decodeAll(message.revoked, decodeKey);
}

/** What a store sends with its saving statements, for `PostgresSignals` on other processes to read. */
export const databaseNotification: DatabaseNotification = { channel: CHANNEL, encodeSignals, encodeRevoked };

/** As many entries between `opening` and `closing` as a payload holds, and so on. */
function packed(opening: string, entries: readonly unknown[], closing: string): string[] {
  const payloads: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const finish = () => {
    if (texts.length > 0) payloads.push(`${opening}${texts.join(',')}${closing}`);
    texts = [];
    bytes = opening.length + closing.length;
  };
  finish();
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    const textBytes = Buffer.byteLength(text) + ','.length;
    if (bytes + textBytes >= LIMIT_BYTES) finish();
    // No id is this long. If one were, its change must not fail for want of a hint: who must know reads it.
    if (bytes + textBytes >= LIMIT_BYTES) continue;
    texts.push(text);
    bytes += textBytes;
  }
  finish();
  return payloads;
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

/** Null if `entries` is no list, or an empty one, or if any entry is not what it should be. */
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
  if (parts.length !== 3 || !isFilled(user)) return null;
  if (typeof instance !== 'string' || !isUuid(instance)) return null;
  const id = agentInstanceId(instance);
  // Another spelling of an id is nobody's: ids are compared as text.
  if (id !== instance) return null;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return null;
  return { userId: user as UserId, agentInstanceId: id, version };
}

function decodeKey(parts: readonly unknown[]): Revoked | null {
  const [user, id] = parts;
  if (id === null) return decodeUser(parts);
  if (parts.length !== 2 || !isFilled(user) || !isFilled(id)) return null;
  return { userId: user as UserId, id: id as ApiKeyId };
}

function decodeUser([user, id, issuedBefore, ...rest]: readonly unknown[]): Revoked | null {
  if (rest.length > 0 || !isFilled(user) || id !== null) return null;
  if (issuedBefore !== null && !Number.isSafeInteger(issuedBefore)) return null;
  const time = issuedBefore === null ? null : new Date(issuedBefore as number);
  return { userId: user as UserId, id, issuedBefore: time };
}

const isFilled = (part: unknown): part is string => typeof part === 'string' && part !== '';
