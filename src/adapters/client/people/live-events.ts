import { pause, pauseMs } from '../http/backoff.ts';
import type { Connection } from '../http/connection.ts';
import { DashboardError, isPassing } from '../http/errors.ts';
import { EventParser, type ParsedEvent } from '../http/event-parser.ts';
import { refusal } from '../http/exchange.ts';
import type { AgentInstance, ConversationMessage } from '../wire.ts';

/** What each event says. A stream of all instances tells of a diff only that it has changed. */
export interface LiveEventData {
  readonly message: ConversationMessage & { readonly agent_instance_id: string };
  readonly message_update: ConversationMessage & { readonly agent_instance_id: string };
  readonly status_update: AgentInstance;
  readonly git_diff_update: { readonly agent_instance_id: string; readonly git_diff?: string | null };
  readonly agent_heartbeat: { readonly agent_instance_id: string; readonly last_heartbeat_at: string };
  /** The stream is open, perhaps again. */
  readonly connected: object;
  readonly heartbeat: object;
  /** Something may have been missed: read again. */
  readonly resync: object;
}

export type LiveEvent = {
  [Type in keyof LiveEventData]: {
    readonly id: string;
    readonly type: Type;
    readonly data: LiveEventData[Type];
  };
}[keyof LiveEventData];

export interface LiveOptions {
  /** Absent: all instances. */
  readonly agent_instance_id?: string;
  /** The id of the last event that was seen, also by another process. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
  /** Told each time the connection is lost, before it is opened again. */
  readonly onLost?: () => void;
}

/** The server says something every 15 s: a stream that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

/** Events for as long as anybody asks for the next one. */
export async function* liveEvents(
  connection: Connection,
  { agent_instance_id: id, lastEventId, signal, onLost }: LiveOptions,
): AsyncGenerator<LiveEvent, never, void> {
  const path = id === undefined ? '/events' : `/agent-instances/${encodeURIComponent(id)}/messages/stream`;
  let last = lastEventId ?? '';
  for (let failures = 1; ; failures += 1) {
    let retryAfterMs: number | null = null;
    try {
      for await (const event of oneStream(connection, path, last, signal)) {
        failures = 0;
        last = event.id;
        yield { ...event, data: JSON.parse(event.data) } as LiveEvent;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DashboardError && !isPassing(error)) throw error;
      if (error instanceof DashboardError) retryAfterMs = error.retryAfterMs;
    }
    onLost?.();
    await pause(pauseMs(Math.max(1, failures), retryAfterMs), signal ?? null);
  }
}

/** One connection's events, until it is lost. @throws DashboardError where the server refuses it. */
async function* oneStream(
  connection: Connection,
  path: string,
  last: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ParsedEvent, void, void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', end);
  let silence = setTimeout(end, SILENCE_MS);
  try {
    const headers = { accept: 'text/event-stream', ...(last !== '' && { 'last-event-id': last }) };
    const response = await connection.open(path, headers, ending.signal);
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
      throw refusal(response, await response.json().catch(() => null));
    }
    const parser = new EventParser();
    // Not by `for await`: Safari cannot iterate over a stream.
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      clearTimeout(silence);
      yield* parser.push(piece.value);
      silence = setTimeout(end, SILENCE_MS);
    }
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener('abort', end);
    end();
  }
}
