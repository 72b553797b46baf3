/** Runs the contract of notifiers with Node's own test runner: `node --test`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { notifierContract, type ServiceState } from '@agent-dashboard/server/contracts';
import { matrixNotifier } from './matrix-notifier.ts';

const token = 'syt_a_secret_token';
const room = '!builds:example.org';

interface Content {
  readonly formatted_body: string;
  readonly 'm.new_content'?: { readonly formatted_body: string };
}

/** Imitates the one call of a Matrix server that the notifier uses. */
async function startMatrixServer(state: ServiceState) {
  const events: { readonly transaction: string; readonly content: Content }[] = [];
  const server = createServer(async (request, response) => {
    const content = (await json(request)) as Content;
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (state === 'silent') return;
    if (state === 'broken') return answer(500, { errcode: 'M_UNKNOWN' });
    if (state === 'refuses') return answer(403, { errcode: 'M_FORBIDDEN' });
    assert.equal(request.headers.authorization, `Bearer ${token}`);
    const path = decodeURIComponent(request.url!).split('/');
    assert.deepEqual(path.slice(0, -1), `/_matrix/client/v3/rooms/${room}/send/m.room.message`.split('/'));
    assert.ok(JSON.stringify(content).length < 65_000, 'The largest event has 65,536 bytes');
    events.push({ transaction: path.at(-1)!, content });
    answer(200, { event_id: `$event-${path.at(-1)}` });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  if (state === 'unreachable') await close();
  return { homeserver: `http://127.0.0.1:${port}`, events, close };
}

const unescaped = (html: string) =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

notifierContract({ describe, test }, async (state) => {
  const { homeserver, events, close } = await startMatrixServer(state);
  return {
    notifier: matrixNotifier({ homeserver, token }),
    settings: { room },
    arrivals: async () =>
      events.map(({ transaction, content }) => {
        const { formatted_body: html } = content['m.new_content'] ?? content;
        const links = Array.from(html.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g), ([, url, label]) => ({
          ...{ url: unescaped(url!), label: unescaped(label!) },
        }));
        return {
          id: transaction,
          text: unescaped(html.replaceAll('<br>', '\n').replaceAll(/<[^>]*>/g, '')),
          url: links[0]!.url,
          answers: links.slice(1).map(({ label }) => label),
        };
      }),
    close,
  };
});
