import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** More than one client misses while its connection is broken. */
const EVENT_LIMIT = 128;
const SIZE_LIMIT = 1024 * 1024;

interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly size: number;
}

/**
 * Keeps the last events of one session for a client that resumes a broken stream: at most 128 events and 1
 * MiB.
 */
export class SessionEventStore implements EventStore {
  readonly #events: StoredEvent[] = [];
  #size = 0;
  #lastId = 0;

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    this.#lastId += 1;
    const event = { id: String(this.#lastId), streamId, message, size: JSON.stringify(message).length };
    this.#events.push(event);
    this.#size += event.size;
    // The newest event stays whatever its size: it may be the answer that the client waits for.
    while (this.#events.length > 1 && (this.#events.length > EVENT_LIMIT || this.#size > SIZE_LIMIT)) {
      this.#size -= this.#events.shift()!.size;
    }
    return event.id;
  }

  /** Returns undefined for an id that is unknown or forgotten. The library then answers 400. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.#events.find(({ id }) => id === eventId)?.streamId;
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const fromIndex = this.#events.findIndex(({ id }) => id === lastEventId);
    const streamId = this.#events[fromIndex]?.streamId ?? '';
    for (const event of this.#events.slice(fromIndex + 1)) {
      // The first event of a stream has no message: it only gives the client an id to resume from.
      if (event.streamId === streamId && 'jsonrpc' in event.message) await send(event.id, event.message);
    }
    return streamId;
  }
}
