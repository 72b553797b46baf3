import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A line of a response. All lines but the last are items; the last is the end or an error. */
type Line = { readonly item: unknown } | { readonly end: true } | { readonly error: string };

/**
 * Sends `items` as lines of JSON. It takes the next item when the receiver is ready, and stops when the
 * receiver is gone.
 * @param explain makes the text that is sent when `items` throws.
 */
export async function sendLines(
  socket: Socket,
  items: AsyncIterable<unknown>,
  explain: (error: unknown) => string,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    try {
      for await (const item of items) yield lineOf({ item });
      yield lineOf({ end: true });
    } catch (error) {
      // If the receiver closes early, the loop throws too, and there is nothing more to send.
      if (socket.destroyed) return;
      yield lineOf({ error: explain(error) });
    }
  }
  // A failure means that the receiver has closed early.
  await pipeline(Readable.from(lines()), socket).catch(() => {});
}

/**
 * Yields the items that `sendLines` sent.
 * @throws Error when the response has no last line, or its last line is an error.
 */
export async function* receiveLines<Item>(socket: Socket): AsyncGenerator<Item> {
  try {
    for await (const text of linesOf(socket)) {
      const line = JSON.parse(text) as Line;
      if ('end' in line) return;
      if ('error' in line) throw new Error(line.error);
      yield line.item as Item;
    }
  } finally {
    socket.destroy();
  }
  throw new Error('The running server stopped before it was done');
}

/**
 * Yields the lines. Node's readline cannot be used: it also ends a line at U+2028, which JSON may contain.
 */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let unfinishedLine = '';
  for await (const text of socket.setEncoding('utf8')) {
    // What came before is not searched again: a line may have megabytes, and come in many pieces.
    const lines = text.split('\n');
    lines[0] = unfinishedLine + lines[0];
    unfinishedLine = lines.pop() ?? '';
    yield* lines;
  }
}

const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`;
