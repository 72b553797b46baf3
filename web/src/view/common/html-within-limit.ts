import type { WorkerReply } from './markdown-worker.ts';

/** Parsing an ordinary message takes a few milliseconds. */
const TIME_LIMIT_MS = 2_000;

/** Resolves when the texts before have been parsed: several at once would slow each other down. */
let previousTexts: Promise<unknown> = Promise.resolve();

/**
 * Returns the HTML of a message. Parses it in a worker, so that the page remains usable meanwhile. Returns
 * null if the parser takes too long or gives up, or if the worker cannot be loaded.
 */
export function htmlWithinLimit(text: string): Promise<string | null> {
  const html = previousTexts.then(() => parseInWorker(text));
  previousTexts = html;
  return html;
}

/** The time to load the worker does not count. Only its end stops the parser. */
async function parseInWorker(text: string): Promise<string | null> {
  const worker = new Worker(new URL('./markdown-worker.ts', import.meta.url), { type: 'module' });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  worker.addEventListener('error', () => resolve(null));
  worker.addEventListener('message', ({ data: reply }: MessageEvent<WorkerReply>) => {
    if (reply !== 'ready') return resolve(reply.html);
    timer = setTimeout(() => resolve(null), TIME_LIMIT_MS);
    worker.postMessage(text);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
