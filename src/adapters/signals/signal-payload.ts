import { agentInstanceId, isUuid, type UserId } from '../../domain/ids.ts';
import type { Signal } from '../../ports/signals.ts';

/** The channel that a store notifies and every server process listens on. */
export const CHANNEL = 'agent_dashboard';

/** PostgreSQL refuses a payload of 8,000 bytes or more, and with it the statement that sends it. */
const LIMIT_BYTES = 7_900;

/**
 * The payloads of `pg_notify` that carry `signals`, as few as possible and each under 7,900 bytes: JSON
 * arrays of [user id, instance id, version]. JSON, because a user id is any Unicode and PostgreSQL's text
 * holds neither NUL nor a lone surrogate.
 */
export function encodeSignals(signals: readonly Signal[]): string[] {
  const payloads: string[] = [];
  let entries: string[] = [];
  let bytes = 0;
  const finish = () => {
    if (entries.length > 0) payloads.push(`[${entries.join(',')}]`);
    entries = [];
    bytes = '[]'.length;
  };
  finish();
  for (const { userId, agentInstanceId, version } of signals) {
    const entry = JSON.stringify([userId, agentInstanceId, version]);
    const entryBytes = Buffer.byteLength(entry) + ','.length;
    if (bytes + entryBytes >= LIMIT_BYTES) finish();
    // No id is this long. If one were, its change must not fail for want of a hint: the sweep finds it.
    if (bytes + entryBytes >= LIMIT_BYTES) continue;
    entries.push(entry);
    bytes += entryBytes;
  }
  finish();
  return payloads;
}

/** The signals in `payload`, or null if any of it is not what `encodeSignals` makes. */
export function decodeSignals(payload: string): Signal[] | null {
  let entries: unknown;
  try {
    entries = JSON.parse(payload);
  } catch {
    return null;
  }
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const signals = entries.map(decodeEntry);
  return signals.every((signal) => signal !== null) ? signals : null;
}

function decodeEntry(entry: unknown): Signal | null {
  if (!Array.isArray(entry) || entry.length !== 3) return null;
  const [user, instance, version]: unknown[] = entry;
  if (typeof user !== 'string' || user === '') return null;
  if (typeof instance !== 'string' || !isUuid(instance)) return null;
  const id = agentInstanceId(instance);
  // Another spelling of an id is nobody's: ids are compared as text.
  if (id !== instance) return null;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return null;
  return { userId: user as UserId, agentInstanceId: id, version };
}
