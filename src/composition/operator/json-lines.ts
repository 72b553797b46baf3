import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** One line of an answer that has many: an item, or how it ended. An answer without an end was cut off. */
type Line = { readonly item: unknown } | { readonly end: true } | { readonly error: string };

/**
 * Sends `items` as lines of JSON, made as fast as they are taken; no more of them are once nobody takes any.
 * @param explain called with what `items` throws; what it gives is told instead.
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
      // That nobody reads on is thrown in here, too.
      if (socket.destroyed) return;
      yield lineOf({ error: explain(error) });
    }
  }
  // Whoever went away has seen enough.
  await pipeline(Readable.from(lines()), socket).catch(() => {});
}

/** The items of an answer that `sendLines` sends. @throws Error where it did not come to its end. */
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

/** Node's own readline also ends a line at U+2028, which JSON leaves as it is. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  for await (const text of socket.setEncoding('utf8')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`;
