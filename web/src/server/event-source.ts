import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';
import type { StreamEvent } from '../model/wire.ts';
import { urlOf } from './page-url.ts';
import { sessionHeader } from './session-header.ts';

/** The server sends something every 15 s. A connection without data for longer than this is dead. */
const MAX_SILENCE_MS = 40_000;

/** Why a stream has ended: the server does not accept the session cookie, or the connection was lost. */
export type StreamEnd = 'signed-out' | 'lost';

/** The last event that was read. A new stream continues after it. */
export interface StreamPosition {
  lastEventId: string | null;
}

/**
 * Reads the stream of all events until it ends. The browser's own `EventSource` is not used: it does not
 * report why it failed, does not notice a dead connection, and cannot resume after it has given up.
 * @param position where the stream continues; the caller updates it with each event
 * @param stopSignal ends the stream when it is aborted
 */
export async function readEvents(
  position: StreamPosition,
  onEvent: (event: StreamEvent, id: string) => void,
  stopSignal: AbortSignal,
): Promise<StreamEnd> {
  const silenceTimeout = new AbortController();
  let timer = setTimeout(() => silenceTimeout.abort(), MAX_SILENCE_MS);
  try {
    const response = await fetch(urlOf('/api/v1/events'), {
      headers: {
        accept: 'text/event-stream',
        ...sessionHeader(),
        ...(position.lastEventId === null ? {} : { 'last-event-id': position.lastEventId }),
      },
      cache: 'no-store',
      signal: AbortSignal.any([stopSignal, silenceTimeout.signal]),
    });
    if (response.status === 401 || response.status === 403) return 'signed-out';
    // The server does not accept the last event id, so the next attempt sends none.
    if (response.status === 400) position.lastEventId = null;
    if (!response.ok || response.body === null) return 'lost';
    const parser = new EventParser();
    // Safari cannot iterate over a stream with `for await`.
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silenceTimeout.abort(), MAX_SILENCE_MS);
      for (const { id, type, data } of parser.push(chunk.value)) {
        onEvent({ type, data: JSON.parse(data) } as StreamEvent, id);
      }
    }
    return 'lost';
  } catch {
    return 'lost';
  } finally {
    clearTimeout(timer);
    silenceTimeout.abort();
  }
}
