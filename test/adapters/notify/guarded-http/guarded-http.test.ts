import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import {
  PrivateTargetError,
  publicLookup,
} from '../../../../src/adapters/notify/guarded-http/public-address.ts';
import { refusedResponse } from '../../../../src/adapters/notify/guarded-http/refused-response.ts';
import { targetUrl } from '../../../../src/adapters/notify/guarded-http/target-url.ts';
import { DeliveryError } from '../../../../src/ports/notifier.ts';
import { type GivenResponse, startHttpService } from '../../../support/notify/http-service.ts';

const never = new AbortController().signal;
const post = (url: string) => ({ method: 'POST', url: targetUrl(url), headers: {}, body: '{}' }) as const;
const errorOf = (attempt: Promise<unknown>): Promise<DeliveryError> =>
  attempt.then(
    () => expect.unreachable(),
    (error) => error,
  );

async function serviceThatAnswers(response: GivenResponse) {
  const service = await startHttpService('works', () => response);
  onTestFinished(async () => service[Symbol.asyncDispose]());
  return service;
}

/** A resolver that knows one name, and counts how often it is asked. */
function resolverOf(addresses: readonly string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, _, done) => {
    asked.push(name);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, lookup };
}

const PRIVATE_ADDRESSES = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1'],
  ...['169.254.169.254', '192.0.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:a00:1', '64:ff9b::a00:1', 'fc00::1', 'fd12::1'],
  ...['64:ff9b:1::a00:1', '100::1', '2001:db8::1', '3fff::1', '4000::1', '2001::1'],
  ...['fe80::1', 'fec0::1', 'ff02::1', '2002:a00:1::', '::127.0.0.1'],
];

test.each(PRIVATE_ADDRESSES)('%s is refused, as an address and behind a name', async (address) => {
  const { lookup } = resolverOf([address]);
  const host = address.includes(':') ? `[${address}]` : address;
  for (const url of [`http://${host}:9/x`, `https://${host}:9/x`, 'http://inside.example:9/x']) {
    const error = await errorOf(guardedHttp({ allowPrivateTargets: false, lookup })(post(url), never));
    expect(error, url).toBeInstanceOf(DeliveryError);
    expect(error.message, url).toContain('ALLOW_PRIVATE_NOTIFICATION_TARGETS');
    // A name may get another address.
    expect(error.isFinal, url).toBe(url.includes(host));
  }
});

test.each(['http://2130706433/', 'http://0x7f.1/', 'http://0/', 'http://127.1/', 'http://localhost/'])(
  '%s is refused, however it is written',
  async (url) => {
    const error = await errorOf(guardedHttp({ allowPrivateTargets: false })(post(url), never));
    expect(error.message).toContain('ALLOW_PRIVATE_NOTIFICATION_TARGETS');
  },
);

test.each([
  [['93.184.215.14', '127.0.0.1']],
  [['127.0.0.1', '93.184.215.14']],
  [['2606:2800:21f:cb07::1', 'fc00::1']],
])('a name with a private address among others does not get through: %s', async (addresses) => {
  const { lookup } = resolverOf(addresses);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  publicLookup(lookup)('mixed.example', { all: true }, resolve);
  expect(await promise).toBeInstanceOf(PrivateTargetError);
});

test('a name with public addresses gets through', async () => {
  const { lookup } = resolverOf(['93.184.215.14', '2606:2800:21f:cb07::1']);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  publicLookup(lookup)('public.example', { all: true }, (error, found) => resolve(error ?? found));
  expect(await promise).toMatchObject([{ address: '93.184.215.14' }, { address: '2606:2800:21f:cb07::1' }]);
});

test('each connection looks the name up once and goes to what was checked', async () => {
  const service = await serviceThatAnswers({ status: 200, body: 'hello' });
  const { lookup, asked } = resolverOf(['127.0.0.1']);
  const send = guardedHttp({ allowPrivateTargets: true, lookup });
  const url = service.url.replace('127.0.0.1', 'inside.example');
  expect(await send(post(url), never)).toMatchObject({ status: 200, text: 'hello' });
  await send(post(url), never);
  expect(asked).toEqual(['inside.example', 'inside.example']);
});

test('redirects are not followed', async () => {
  const inside = await serviceThatAnswers({ status: 200, body: 'inside' });
  for (const status of [301, 302, 303, 307, 308]) {
    const outside = await serviceThatAnswers({ status, headers: { location: `${inside.url}/secret` } });
    const response = await guardedHttp({ allowPrivateTargets: true })(post(outside.url), never);
    expect(response.status).toBe(status);
  }
  expect(inside.requests).toEqual([]);
});

test('only the start of a long response is read, also of one that never ends', async () => {
  const service = await serviceThatAnswers({ status: 200, body: 'x'.repeat(5_000_000) });
  const { text } = await guardedHttp({ allowPrivateTargets: true })(post(service.url), never);
  expect(text).toBe('x'.repeat(16 * 1024));
  const endless = await serviceThatAnswers({ status: 200, body: 'y'.repeat(20_000), isUnfinished: true });
  const signal = AbortSignal.timeout(5_000);
  const response = await guardedHttp({ allowPrivateTargets: true })(post(endless.url), signal);
  expect(response.text).toBe('y'.repeat(16 * 1024));
});

test('a response that stops in the middle ends with the signal', async () => {
  const service = await serviceThatAnswers({ status: 200, body: 'part', isUnfinished: true });
  const signal = AbortSignal.timeout(200);
  const error = await errorOf(guardedHttp({ allowPrivateTargets: true })(post(service.url), signal));
  expect(error).toMatchObject({ name: 'DeliveryError', isFinal: false });
  expect(error.message).toContain('did not answer in time');
});

/** Starts a server that says this to each connection, and keeps it open. */
async function serverThatSays(words: string): Promise<string> {
  const server = createServer((socket) =>
    socket.on('error', () => {}).once('data', () => socket.write(words)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

test.each([
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
])('a server that wants another protocol has answered, and its connection is closed: %j', async (words) => {
  const response = await guardedHttp({ allowPrivateTargets: true })(post(await serverThatSays(words)), never);
  expect(response).toMatchObject({ status: 101, text: '' });
  expect(refusedResponse(response, new URL('http://hooks.example')).isFinal).toBe(true);
});

test.each(['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n', ''])(
  'a server that never gets to its response is given up with the signal: %j',
  async (words) => {
    const url = await serverThatSays(words);
    const error = await errorOf(
      guardedHttp({ allowPrivateTargets: true })(post(url), AbortSignal.timeout(200)),
    );
    expect(error.message).toContain('did not answer in time');
  },
);

test('a name whose lookup never ends is given up with the signal', async () => {
  const send = guardedHttp({ allowPrivateTargets: false, lookup: () => {} });
  const error = await errorOf(send(post('https://ntfy.example/x'), AbortSignal.timeout(50)));
  expect(error.message).toContain('did not answer in time');
});

test('a name that does not exist is an error for people, which may pass', async () => {
  const lookup: LookupFunction = (_, _options, done) =>
    done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '');
  const send = guardedHttp({ allowPrivateTargets: true, lookup });
  const error = await errorOf(send(post('https://ntfy.example/x'), never));
  expect(error.message).toBe('ntfy.example: There is no server with this name. Check the address');
  expect(error.isFinal).toBe(false);
});

test.each(['ENOTFOUND', 'EAI_AGAIN'])(
  'where private targets are forbidden, a name in the private network fails like one that is not found: %s',
  async (code) => {
    const failure = async (lookup: LookupFunction) => {
      const send = guardedHttp({ allowPrivateTargets: false, lookup });
      const { message, isFinal, retryAfterMs } = await errorOf(
        send(post('https://intranet.example/x'), never),
      );
      return { message, isFinal, retryAfterMs };
    };
    const found = await failure(resolverOf(['10.0.0.1']).lookup);
    expect(await failure((_, _options, done) => done(Object.assign(new Error(code), { code }), ''))).toEqual(
      found,
    );
  },
);

test('a server that does not speak TLS is an error for people', async () => {
  const service = await serviceThatAnswers({ status: 200 });
  const url = service.url.replace('http:', 'https:');
  const error = await errorOf(guardedHttp({ allowPrivateTargets: true })(post(url), never));
  expect(error.message).toContain('No secure connection');
});

test.each(['https://ada:secret@example.com/', 'https://ada@example.com/', 'https://:secret@example.com/'])(
  '%s is refused, because it has a name or password in it',
  (url) => {
    expect(() => targetUrl(url)).toThrow('must not have a user name or a password');
    expect(() => targetUrl(url)).not.toThrow('secret');
  },
);

test.each(['ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'example.com', '', undefined])(
  '%s is not an address on the web',
  (url) => {
    expect(() => targetUrl(url)).toThrow('has to begin with https:// or http://');
  },
);
