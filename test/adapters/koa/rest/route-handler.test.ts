import { createServer } from 'node:http';
import Koa from 'koa';
import { afterEach, describe, expect, test } from 'vitest';
import { exchangeOf, runExchange } from '../../../../src/adapters/koa/http/exchange.ts';
import type { Route } from '../../../../src/adapters/koa/rest/route.ts';
import { routeHandler } from '../../../../src/adapters/koa/rest/route-handler.ts';
import { ROUTES } from '../../../../src/adapters/koa/rest/routes.ts';
import type { Dispatch } from '../../../../src/application/dispatch/dispatch.ts';
import { verifyToken } from '../../../../src/application/use-cases/account/verify-token.ts';
import type { Caller } from '../../../../src/ports/tokens/token-verifier.ts';
import { LogBook, listen } from '../test-server.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Starts a server that answers every path by one route, whose use case returns `output`. */
async function serving(
  row: Partial<Route>,
  output: object,
  publicUrl: string | null = null,
): Promise<string> {
  const verify = ROUTES.find(({ useCase }) => useCase === verifyToken)!;
  const dispatch = (async () => output) as unknown as Dispatch;
  const handle = routeHandler({ ...verify, ...row }, { dispatch, publicUrl });
  const app = new Koa().use((ctx) =>
    runExchange(ctx, { logger: new LogBook() }, (inside) => {
      exchangeOf(inside).caller = {} as Caller;
      return handle(inside);
    }),
  );
  const server = createServer(app.callback());
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${await listen(server)}`;
}

describe('a route with the status 204', () => {
  test.each(['DELETE', 'HEAD'])('answers %s without a body and without a Content-Type', async (method) => {
    const url = await serving({ method: 'DELETE', status: 204 }, { success: true });
    const answer = await fetch(url, { method });
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
    for (const header of ['content-type', 'content-length', 'transfer-encoding'])
      expect(answer.headers.get(header)).toBeNull();
  });

  test('ignores the Accept header', async () => {
    const url = await serving({ method: 'DELETE', status: 204 }, {});
    const answer = await fetch(url, { method: 'DELETE', headers: { accept: 'text/html' } });
    expect(answer.status).toBe(204);
  });
});

describe('a route that returns one field of the output', () => {
  const PAGE = { keys: [{ id: 1 }, { id: 2 }], next: 'a&b' };
  const list: Partial<Route> = {
    responseField: 'keys',
    nextPage: ({ next }) => (next === null ? null : { cursor: next as string }),
  };

  test('can return a list', async () => {
    const answer = await fetch(await serving(list, PAGE));
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual(PAGE.keys);
  });

  test('links to the same request with the next cursor', async () => {
    const url = await serving(list, PAGE);
    const answer = await fetch(`${url}/things?limit=2&cursor=old&status=%3Cx%3E`);
    expect(answer.headers.get('link')).toBe(
      `<${url}/things?limit=2&cursor=a%26b&status=%3Cx%3E>; rel="next"`,
    );
  });

  test('links to the public URL if it is configured', async () => {
    const url = await serving(list, PAGE, 'https://agents.example/base/');
    const answer = await fetch(`${url}/things`);
    expect(answer.headers.get('link')).toBe('<https://agents.example/base/things?cursor=a%26b>; rel="next"');
  });

  test('has no link on the last page', async () => {
    const answer = await fetch(await serving(list, { ...PAGE, next: null }));
    expect(answer.headers.get('link')).toBeNull();
  });
});
