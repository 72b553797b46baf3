import { randomUUID } from 'node:crypto';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { OpenRequests } from './open-requests.ts';

/** The maximum number of events: more than a client misses while its connection is lost. */
const MAX_EVENTS = 128;
/** The maximum size of all events together, in characters of JSON. */
const MAX_CHARACTERS = 1024 * 1024;

interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  /** Whether the stream ends with this event, because all its requests have their responses. */
  readonly isLast: boolean;
  /** The number of characters of the message as JSON. */
  readonly size: number;
}

/** What a client that saw an event has missed of its stream. */
export interface MissedEvents {
  readonly streamId: string;
  readonly events: readonly Pick<StoredEvent, 'id' | 'message'>[];
  /** Whether nothing more will be sent on the stream. */
  readonly isFinished: boolean;
}

/**
 * Keeps the last events of one session for a client that resumes a broken stream: up to 128 events, and up to
 * 1 Mi characters of JSON. Has no `getStreamIdForEventId`: with it, the library would refuse a client that
 * resumes a stream before the server has noticed that the old connection is broken. Without it, the library
 * ends the old connection.
 */
export class SessionEventStore implements EventStore {
  readonly #requests: OpenRequests;
  readonly #events: StoredEvent[] = [];
  /** The size of all events together, in characters of JSON. */
  #size = 0;

  /** @param requests the session's open requests. A request is removed when its response is stored. */
  constructor(requests: OpenRequests) {
    this.#requests = requests;
  }

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const event = {
      // Not a number: another process may have had the same session, with other events.
      id: randomUUID(),
      streamId,
      message,
      isLast: 'id' in message && !('method' in message) && this.#requests.remove(message.id!),
      size: JSON.stringify(message).length,
    };
    this.#events.push(event);
    this.#size += event.size;
    // The newest event is always kept, even if it is too large: it may be the response that the client waits
    // for.
    while (this.#events.length > 1 && (this.#events.length > MAX_EVENTS || this.#size > MAX_CHARACTERS)) {
      this.#size -= this.#events.shift()!.size;
    }
    return event.id;
  }

  /** Returns null if the event is unknown or no longer kept. */
  missedAfter(lastEventId: string): MissedEvents | null {
    const lastSeenIndex = this.#events.findIndex(({ id }) => id === lastEventId);
    const lastSeen = this.#events[lastSeenIndex];
    if (lastSeen === undefined) return null;
    const { streamId } = lastSeen;
    const inStream = this.#events.slice(lastSeenIndex).filter((event) => event.streamId === streamId);
    return {
      streamId,
      // The first event of a stream has no message: it only gives the client an id to resume from.
      events: inStream.slice(1).filter(({ message }) => 'jsonrpc' in message),
      isFinished: inStream.some(({ isLast }) => isLast),
    };
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const missed = this.missedAfter(lastEventId);
    for (const { id, message } of missed?.events ?? []) await send(id, message);
    return missed?.streamId ?? '';
  }
}
