import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** The maximum number of events: more than a client misses while its connection is lost. */
const MAX_EVENTS = 128;
/** The maximum size of all events together, in characters of JSON. */
const MAX_CHARACTERS = 1024 * 1024;

interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  /** The number of characters of the message as JSON. */
  readonly size: number;
}

/**
 * Keeps the last events of one session for a client that resumes a broken stream: up to 128 events, and up to
 * 1 Mi characters of JSON.
 */
export class SessionEventStore implements EventStore {
  readonly #events: StoredEvent[] = [];
  /** The size of all events together, in characters of JSON. */
  #size = 0;
  #lastId = 0;

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    this.#lastId += 1;
    const event = { id: String(this.#lastId), streamId, message, size: JSON.stringify(message).length };
    this.#events.push(event);
    this.#size += event.size;
    // The newest event is always kept, even if it is too large: it may be the response that the client waits
    // for.
    while (this.#events.length > 1 && (this.#events.length > MAX_EVENTS || this.#size > MAX_CHARACTERS)) {
      this.#size -= this.#events.shift()!.size;
    }
    return event.id;
  }

  /** Returns undefined if the event is unknown or no longer kept. The library then responds with 400. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.#events.find(({ id }) => id === eventId)?.streamId;
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const lastSeenIndex = this.#events.findIndex(({ id }) => id === lastEventId);
    const streamId = this.#events[lastSeenIndex]?.streamId ?? '';
    for (const event of this.#events.slice(lastSeenIndex + 1)) {
      // The first event of a stream has no message: it only gives the client an id to resume from.
      if (event.streamId === streamId && 'jsonrpc' in event.message) await send(event.id, event.message);
    }
    return streamId;
  }
}
