import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { SSE, STREAMABLE } from '../adapters/mcp/clients.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { EventReader } from './event-reader.ts';
import { has, PROXIES, type ProxyKind, RunningProxy, selfSigned } from './proxy.ts';

/** Longer than the time-out of any proxy with its default settings. */
const SILENCE_SECONDS = 70;

let folder: TemporaryFolder;
let certificate: { certificate: string; key: string };
beforeAll(async () => {
  if (!has('openssl')) return;
  folder = await temporaryFolder();
  certificate = await selfSigned(folder.path);
  tls.setDefaultCACertificates([await readFile(certificate.certificate, 'utf8')]);
});
afterAll(async () => folder?.[Symbol.asyncDispose]());

/** Starts two server processes on one PostgreSQL with a proxy in front of them. */
async function site(kind: ProxyKind) {
  await using stack = new AsyncDisposableStack();
  const [port, ...ports] = [await stablePort(), await stablePort(), await stablePort()];
  const env = {
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
    DATA_DIR: join(folder.path, `data-${kind.name}`),
    PUBLIC_URL: `https://localhost:${port}`,
  };
  const start = (nth: number) => RunningServer.start({ ...env, MCP_SERVER_PORT: `${ports[nth]}` });
  const servers = [await start(0), await start(1)];
  stack.defer(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
  const proxy = stack.use(
    await RunningProxy.start(kind, { ...certificate, port: port!, upstreams: [ports[0]!, ports[1]!] }),
  );
  const kept = stack.move();

  const { agentToken, dashboardToken } = servers[0]!;
  const send = (method: string, path: string, body: object | null = null, more: object = {}) =>
    fetch(`${proxy.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${agentToken}`, 'content-type': 'application/json', ...more },
      ...(body !== null && { body: JSON.stringify(body) }),
    });
  return {
    url: proxy.url,
    agentToken,
    dashboardToken,
    servers,
    start,
    send,
    say: (agent: string, content: string) =>
      send('POST', '/messages/agent', { agent_instance_id: agent, agent_type: 'script', content }),
    queue: (agent: string, content: string) =>
      send('POST', '/messages/user', { agent_instance_id: agent, content, mark_as_read: false }),
    token: async () => {
      const bearer = { authorization: `Bearer ${dashboardToken}` };
      const answer = await send('POST', '/api-keys', { name: 'agent' }, bearer);
      return ((await answer.json()) as { token: string }).token;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

type Site = Awaited<ReturnType<typeof site>>;

const missing = (kind: ProxyKind): string[] => [kind.program, 'openssl'].filter((program) => !has(program));

// The tests run at the same time, because they mostly wait.
for (const kind of PROXIES) {
  const lacking = missing(kind);
  const why = lacking.length === 0 ? '' : ` (left out: ${lacking.join(' and ')} not on this machine)`;

  describe.skipIf(lacking.length > 0)(`deploy/${kind.file}${why}`, { concurrent: true }, () => {
    let at: Site;
    beforeAll(async () => {
      at = await site(kind);
    });
    afterAll(() => at?.[Symbol.asyncDispose]());

    test('REST passes under the public name only, large messages included', async () => {
      const agent = randomUUID();
      expect((await at.say(agent, 'é'.repeat(900_000))).status).toBe(200);
      expect((await fetch(`${at.url}/ready`)).status).toBe(200);
      // The server itself has answered, so the proxy has let the request through.
      const tooLarge = await at.say(agent, 'x'.repeat(16 * 1024 * 1024));
      expect(await tooLarge.json()).toMatchObject({ status: 413, code: expect.any(String) });
      const origin = { origin: at.url };
      expect((await at.send('GET', '/auth/verify', null, origin)).status).toBe(200);
      expect((await at.send('GET', '/auth/verify', null, { origin: 'https://evil.example' })).status).toBe(
        403,
      );
    });

    test(`a waiting read, an MCP question and a stream survive ${SILENCE_SECONDS} s of silence`, {
      timeout: 120_000,
    }, async () => {
      const [reader, asker] = [randomUUID(), randomUUID()];
      const { message_id: last } = (await (await at.say(reader, 'begin')).json()) as { message_id: string };
      // This is not a GET, because a proxy would repeat a GET by itself after a time-out.
      const waiting = at.send('POST', '/messages/pending', {
        agent_instance_id: reader,
        last_read_message_id: last,
        wait: 200,
      });
      using stream = await EventReader.open(`${at.url}/api/v1/events`, at.dashboardToken);
      await using client = await STREAMABLE.connect(at.url, { token: at.agentToken });
      await at.say(asker, 'begin');
      const question = { agent_instance_id: asker, question_text: 'Which?', wait_seconds: 200 };
      const asked = client.call('ask_question', question, { timeout: 200_000 });

      await sleep(SILENCE_SECONDS * 1000);
      await at.queue(asker, 'this one');
      await at.queue(reader, 'at last');

      expect(await (await waiting).json()).toMatchObject({ messages: [{ content: 'at last' }] });
      expect((await asked).structuredContent).toMatchObject({ status: 'answered', answer: 'this one' });
      await stream.message('at last');
    });

    test('an event arrives while its stream stays open, from either process', async () => {
      using stream = await EventReader.open(`${at.url}/api/v1/events`, at.dashboardToken);
      const agent = randomUUID();
      for (const content of ['one', 'two', 'three', 'four']) {
        await at.say(agent, content);
        await stream.message(content);
      }
    });

    test('an MCP session works through the proxy', async () => {
      const visit = async (connect: typeof STREAMABLE.connect) => {
        await using client = await connect(at.url, { token: await at.token() });
        for (let nth = 1; nth <= 6; nth += 1) {
          const { structuredContent } = await client.call('log_step', { step_description: `step ${nth}` });
          expect(structuredContent).toMatchObject({ success: true });
        }
      };
      await Promise.all(
        [STREAMABLE, STREAMABLE, STREAMABLE, SSE, SSE, SSE].map((kind) => visit(kind.connect)),
      );
    });
  });
}

for (const kind of PROXIES) {
  const lacking = missing(kind);
  const why = lacking.length === 0 ? '' : ` (left out: ${lacking.join(' and ')} not on this machine)`;

  describe.skipIf(lacking.length > 0)(`deploy/${kind.file}, while processes stop${why}`, () => {
    test('no message is lost or delivered twice', async () => {
      await using at = await site(kind);
      const agent = randomUUID();
      /** Repeats a failed request with the key of the first attempt, as a client does. */
      const callUntilAnswered = async (path: string, body: object): Promise<{ [field: string]: unknown }> => {
        const key = { 'idempotency-key': randomUUID() };
        let refusal = '';
        for (let attempt = 0; attempt < 200; attempt += 1) {
          const answer = await at.send('POST', path, body, key).catch(() => null);
          if (answer?.ok) return (await answer.json()) as { [field: string]: unknown };
          // Repeating a refusal gives the same refusal; 502 and 504 come from the proxy.
          if (answer !== null && answer.status < 500 && answer.status !== 409) {
            throw new Error(`${answer.status}: ${await answer.text()}`);
          }
          refusal = answer === null ? 'no answer' : `${answer.status} ${await answer.text()}`;
          await sleep(50);
        }
        throw new Error(`${path} never succeeds: ${refusal}`);
      };
      const begun = await callUntilAnswered('/messages/agent', {
        agent_instance_id: agent,
        agent_type: 'script',
        content: 'go',
      });

      const sent = Array.from({ length: 120 }, (_, nth) => `message ${nth + 1}`);
      const received: string[] = [];
      const read = async () => {
        let last = begun.message_id;
        while (received.length < sent.length) {
          const input = { agent_instance_id: agent, last_read_message_id: last, wait: 5 };
          const answer = await callUntilAnswered('/messages/pending', input);
          for (const message of answer.messages as { id: string; content: string }[]) {
            received.push(message.content);
            last = message.id;
          }
        }
      };
      const write = async () => {
        for (const [nth, content] of sent.entries()) {
          await callUntilAnswered('/messages/user', {
            agent_instance_id: agent,
            content,
            mark_as_read: false,
          });
          if (nth === 40) void at.servers[0]!.stop();
          if (nth === 60) at.servers[0] = await at.start(0);
          if (nth === 80) await at.servers[1]!.kill9();
        }
      };
      await Promise.all([read(), write()]);
      expect(received).toEqual(sent);
    });
  });
}
