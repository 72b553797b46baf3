import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** Enough for what one client can have missed on a broken connection. */
const EVENT_LIMIT = 128;
const SIZE_LIMIT = 1024 * 1024;

interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly size: number;
}

/** Keeps the last events of one session, so that a client whose connection broke can have them again. */
export class SessionEventStore implements EventStore {
  readonly #events: StoredEvent[] = [];
  #size = 0;
  #made = 0;

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    this.#made += 1;
    const event = { id: String(this.#made), streamId, message, size: JSON.stringify(message).length };
    this.#events.push(event);
    this.#size += event.size;
    // The newest stays whatever its size: it may be the answer that somebody waited for.
    while (this.#events.length > 1 && (this.#events.length > EVENT_LIMIT || this.#size > SIZE_LIMIT)) {
      this.#size -= this.#events.shift()!.size;
    }
    return event.id;
  }

  /** Undefined, which the client is told as a 400, for an id that is not, or not any more, one of ours. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.#events.find(({ id }) => id === eventId)?.streamId;
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const from = this.#events.findIndex(({ id }) => id === lastEventId);
    const streamId = this.#events[from]?.streamId ?? '';
    for (const event of this.#events.slice(from + 1)) {
      // An opening event has no message in it, only a place to resume from.
      if (event.streamId === streamId && 'jsonrpc' in event.message) await send(event.id, event.message);
    }
    return streamId;
  }
}
