import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';
import type { StreamEvent } from '../model/wire.ts';

/** The server sends something every 15 s. A line that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

export type StreamEnd = 'signed-out' | 'lost';

/** How far the stream has been read: opened again, it goes on from there. */
export interface StreamPosition {
  lastEventId: string | null;
}

/**
 * Reads the stream of all events until it ends. Not with the browser's own EventSource: that one tells
 * neither why it failed nor notices a line that has died, and cannot resume once it gave up.
 */
export async function readEvents(
  progress: StreamPosition,
  onEvent: (event: StreamEvent) => void,
  stop: AbortSignal,
): Promise<StreamEnd> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch('/api/v1/events', {
      headers: {
        accept: 'text/event-stream',
        ...(progress.lastEventId === null ? {} : { 'last-event-id': progress.lastEventId }),
      },
      cache: 'no-store',
      signal: AbortSignal.any([stop, silence.signal]),
    });
    if (response.status === 401 || response.status === 403) return 'signed-out';
    // An id that the server does not understand must not be sent forever.
    if (response.status === 400) progress.lastEventId = null;
    if (!response.ok || response.body === null) return 'lost';
    const parser = new EventParser();
    // Not by `for await`: Safari cannot iterate over a stream.
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const { id, type, data } of parser.push(piece.value)) {
        onEvent({ type, data: JSON.parse(data) } as StreamEvent);
        progress.lastEventId = id;
      }
    }
    return 'lost';
  } catch {
    return 'lost';
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}
