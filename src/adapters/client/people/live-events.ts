import { delay, retryDelayMs } from '../http/backoff.ts';
import type { Connection } from '../http/connection.ts';
import { DashboardError, isRetryable } from '../http/errors.ts';
import { EventParser, type ParsedEvent } from '../http/event-parser.ts';
import { errorFromResponse } from '../http/send-request.ts';
import type { AgentInstance, ConversationMessage } from '../wire.ts';
import type { Notification } from './notifications-client.ts';

/** The data of each type of event. */
export interface LiveEventData {
  /** A new message. */
  readonly message: ConversationMessage & { readonly agent_instance_id: string };
  /**
   * A message has changed: it was read or answered, its question was closed, or its agent began or stopped to
   * wait.
   */
  readonly message_update: ConversationMessage & { readonly agent_instance_id: string };
  /**
   * What became of the notifications of a message has changed: when they are due, sent, opened or taken back,
   * or why they failed. A stream that continues after a lost connection may leave some out.
   */
  readonly delivery_update: {
    readonly agent_instance_id: string;
    readonly message_id: string;
    readonly deliveries: Notification['deliveries'];
  };
  /** An instance is new or has changed. */
  readonly status_update: AgentInstance;
  /** The git diff of an instance has changed. `git_diff` is only in the stream of one instance. */
  readonly git_diff_update: { readonly agent_instance_id: string; readonly git_diff?: string | null };
  readonly agent_heartbeat: { readonly agent_instance_id: string; readonly last_heartbeat_at: string };
  /** The stream was opened, for the first time or again. */
  readonly connected: object;
  /** The stream is alive. Sent every 15 s. */
  readonly heartbeat: object;
  /** Events may have been missed. Read the instances and messages again. */
  readonly resync: object;
}

/** One event. `type` says which fields `data` has; `id` can be passed as `lastEventId`. */
export type LiveEvent = {
  [Type in keyof LiveEventData]: {
    readonly id: string;
    readonly type: Type;
    readonly data: LiveEventData[Type];
  };
}[keyof LiveEventData];

/** Options of `PeopleClient.events`. */
export interface LiveOptions {
  /** The instance to watch. Default: all instances of the user. */
  readonly agent_instance_id?: string;
  /** The stream continues after the event with this id, which an earlier process may have received. */
  readonly lastEventId?: string;
  /** Aborting it closes the stream; the loop then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called each time the connection is lost. After a pause, the stream is opened again. */
  readonly onLost?: () => void;
}

/** A stream that is silent for longer counts as lost, because the server sends a heartbeat every 15 s. */
const MAX_SILENCE_MS = 40_000;

/** Implements `PeopleClient.events`. */
export async function* liveEvents(
  connection: Connection,
  { agent_instance_id: id, lastEventId, signal, onLost }: LiveOptions,
): AsyncGenerator<LiveEvent, never, void> {
  const path = id === undefined ? '/events' : `/agent-instances/${encodeURIComponent(id)}/messages/stream`;
  let lastId = lastEventId ?? '';
  for (let failures = 1; ; failures += 1) {
    let retryAfterMs: number | null = null;
    try {
      for await (const event of readStream(connection, path, lastId, signal)) {
        // The connection works, so the pauses begin at the shortest again.
        failures = 0;
        lastId = event.id;
        yield { ...event, data: JSON.parse(event.data) } as LiveEvent;
      }
    } catch (error) {
      signal?.throwIfAborted();
      // Every other error, also one of fetch, means that the connection was lost.
      if (error instanceof DashboardError && !isRetryable(error)) throw error;
      if (error instanceof DashboardError) retryAfterMs = error.retryAfterMs;
    }
    onLost?.();
    await delay(retryDelayMs(Math.max(1, failures), retryAfterMs), signal ?? null);
  }
}

/**
 * Opens one stream and returns its events until the connection is lost.
 * @throws DashboardError if the server refuses the stream.
 */
async function* readStream(
  connection: Connection,
  path: string,
  lastId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ParsedEvent, void, void> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort);
  let silenceTimer = setTimeout(abort, MAX_SILENCE_MS);
  try {
    const headers = { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) };
    const response = await connection.openStream(path, headers, controller.signal);
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
      throw errorFromResponse(response, await response.json().catch(() => null));
    }
    const parser = new EventParser();
    // Not `for await`: Safari cannot iterate over a stream.
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(silenceTimer);
      yield* parser.push(piece.value);
      silenceTimer = setTimeout(abort, MAX_SILENCE_MS);
    }
  } finally {
    clearTimeout(silenceTimer);
    signal?.removeEventListener('abort', abort);
    abort();
  }
}
