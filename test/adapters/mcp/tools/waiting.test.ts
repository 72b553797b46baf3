import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { askQuestion, sendAgentMessage } from '../../../../src/application/use-cases/index.ts';
import { aCaller, userIdOf } from '../../../support/builders.ts';
import { CLIENTS, type TestClient } from '../clients.ts';
import { McpServer, until } from '../mcp-server.ts';

const ann = aCaller({ userId: userIdOf('ann') });

/**
 * A client that times out, and a server that answers `pending` before that: 60 s and 50 s in real use. If the
 * server did not, it would wait longer than the client.
 */
const CLIENT_TIMEOUT_MS = 15_000;
const SERVER_WAIT_SECONDS = 0.3;

describe.each(CLIENTS)('$kind', ({ connect }) => {
  let server: McpServer;
  let agent: string;
  let open = 0;

  beforeAll(async () => {
    server = await McpServer.start({ timing: { progressMs: 20, keepAliveMs: 20 } });
    server.server.http.server.on('request', (_req, res) => {
      open += 1;
      res.once('close', () => {
        open -= 1;
      });
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(async () => {
    agent = uuidV7.next();
    await server.dispatch(sendAgentMessage, {
      caller: ann,
      input: { agent_instance_id: agent, content: 'started', agent_type: 'test' },
    });
    open = 0;
  });

  /** Asks without waiting. Returns the question's id. */
  async function ask(client: TestClient): Promise<{ question_id: string }> {
    const answer = await client.call('ask_question', {
      agent_instance_id: agent,
      question_text: 'Which port?',
      wait_seconds: 0,
    });
    expect(answer.structuredContent).toMatchObject({ status: 'pending', answer: null });
    return { question_id: String(answer.structuredContent!.question_id) };
  }

  const answered = { structuredContent: { status: 'answered', answer: '8081' } };

  test('a client that was killed during a wait gets the answer by the question’s id', async () => {
    const first = await connect(server.url);
    const question = await ask(first);
    const lost = first.call('ask_question', question);
    lost.catch(() => undefined);
    await server.untilCallsWait(1);
    await first.close();
    await server.untilCallsWait(0);

    await server.say(agent, '8081');
    await using second = await connect(server.url);
    expect(await second.call('ask_question', question)).toMatchObject(answered);
  });

  test('two waits for one question both get the answer', async () => {
    await using client = await connect(server.url);
    await using other = await connect(server.url);
    const question = await ask(client);
    const waits = [client, other].map((each) => each.call('ask_question', question));
    await server.untilCallsWait(2);
    await server.say(agent, '8081');
    for (const answer of await Promise.all(waits)) expect(answer).toMatchObject(answered);
  });

  test('a client with a short time-out gets the answer by asking again', async () => {
    await using shortWaits = await McpServer.start({ timing: { waitSeconds: SERVER_WAIT_SECONDS } });
    await using client = await connect(shortWaits.url);
    const timeout = CLIENT_TIMEOUT_MS;
    let answer = await client.call('ask_question', { question_text: 'Which port?' }, { timeout });
    expect(answer.structuredContent).toMatchObject({ status: 'pending' });
    const { question_id, agent_instance_id } = answer.structuredContent!;
    setTimeout(() => shortWaits.say(String(agent_instance_id), '8081'), 1_000);
    for (let calls = 1; answer.structuredContent?.status === 'pending'; calls += 1) {
      expect(calls).toBeLessThan(100);
      answer = await client.call('ask_question', { question_id }, { timeout });
    }
    expect(answer).toMatchObject(answered);
  });

  test('cancelling a call frees its resources, and the question stays open', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    await until(() => open <= 1);
    const before = open;
    const cancel = new AbortController();
    const cancelled = client.call('ask_question', question, { signal: cancel.signal });
    const refused = expect(cancelled).rejects.toThrow();
    await server.untilCallsWait(1);
    cancel.abort();
    await refused;
    await server.untilCallsWait(0);
    await until(() => open <= before);

    await server.say(agent, '8081');
    expect(await client.call('ask_question', question)).toMatchObject(answered);
  });

  test('a time-out of the client frees the call’s resources', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    await until(() => open <= 1);
    const before = open;
    const refused = expect(client.call('ask_question', question, { timeout: 50 })).rejects.toThrow();
    await refused;
    await server.untilCallsWait(0);
    await until(() => open <= before);
    // The client does not come back to resume the call.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(open).toBeLessThanOrEqual(before);
  });

  test('a client that asks for progress gets it', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    const reported: number[] = [];
    const wait = client.call('ask_question', question, {
      onprogress: ({ progress }) => reported.push(progress),
    });
    await until(() => reported.length >= 2);
    await server.say(agent, '8081');
    expect(await wait).toMatchObject(answered);
  });

  test('the end of the session closes a waiting question at once', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    const wait = client.call('ask_question', question);
    await server.untilCallsWait(1);
    await server.server.call('POST', '/sessions/end', { body: { agent_instance_id: agent } });
    expect((await wait).structuredContent).toMatchObject({ status: 'closed', answer: null });
  });

  test('the same text is the same question while it is open', async () => {
    await using client = await connect(server.url);
    const { question_id } = await ask(client);
    expect((await ask(client)).question_id).toBe(question_id);
    await server.dispatch(askQuestion, { caller: ann, input: { question_id, wait_seconds: 0 } });
  });

  test('a stopping server answers the calls that wait', async () => {
    await using stopped = await McpServer.start();
    const client = await connect(stopped.url);
    const wait = client.call('ask_question', { question_text: 'Which port?' });
    await stopped.untilCallsWait(1);
    const started = Date.now();
    await stopped.stop();
    expect(Date.now() - started).toBeLessThan(1_500);
    expect((await wait).structuredContent).toMatchObject({ status: 'pending' });
    expect(stopped.endpoint.sessionCount).toBe(0);
    await client.close();
  });
});
