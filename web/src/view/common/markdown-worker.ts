import { markdownToHtml } from './markdown-to-html.ts';

/** What this worker sends: `ready` once, then the HTML of each message; null if it is too complex. */
export type WorkerReply = 'ready' | { readonly html: string | null };

addEventListener('message', ({ data: text }: MessageEvent<string>) => reply({ html: htmlOf(text) }));
reply('ready');

function htmlOf(text: string): string | null {
  try {
    return markdownToHtml(text);
  } catch {
    return null;
  }
}

function reply(message: WorkerReply): void {
  postMessage(message);
}
