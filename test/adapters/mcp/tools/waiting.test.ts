import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { askQuestion, sendAgentMessage } from '../../../../src/application/use-cases/index.ts';
import { aCaller, userIdOf } from '../../../support/builders.ts';
import { CLIENTS, type TestClient } from '../clients.ts';
import { McpServer, until } from '../mcp-server.ts';

const ann = aCaller({ userId: userIdOf('ann') });

/** A client that gives up after 60 s, against a server that answers after 50: a two-hundredth of that. */
const CLIENT_PATIENCE_MS = 600;
const SERVER_PATIENCE_SECONDS = 0.3;

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

  /** Asks, and has the question's id at once. */
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

  test('killed while it waits: started again, it gets the answer by the id', async () => {
    const first = await connect(server.url);
    const question = await ask(first);
    const lost = first.call('ask_question', question);
    lost.catch(() => undefined);
    await server.waiting(1);
    await first.close();
    await server.waiting(0);

    await server.say(agent, '8081');
    await using second = await connect(server.url);
    expect(await second.call('ask_question', question)).toMatchObject(answered);
  });

  test('two waits on one question both get the answer', async () => {
    await using client = await connect(server.url);
    await using other = await connect(server.url);
    const question = await ask(client);
    const waits = [client, other].map((each) => each.call('ask_question', question));
    await server.waiting(2);
    await server.say(agent, '8081');
    for (const answer of await Promise.all(waits)) expect(answer).toMatchObject(answered);
  });

  test('with a time-out shorter than the person takes gets the answer all the same', async () => {
    await using patient = await McpServer.start({ timing: { waitSeconds: SERVER_PATIENCE_SECONDS } });
    await using client = await connect(patient.url);
    const timeout = CLIENT_PATIENCE_MS;
    let answer = await client.call('ask_question', { question_text: 'Which port?' }, { timeout });
    expect(answer.structuredContent).toMatchObject({ status: 'pending' });
    const { question_id, agent_instance_id } = answer.structuredContent!;
    setTimeout(() => patient.say(String(agent_instance_id), '8081'), CLIENT_PATIENCE_MS * 2);
    for (let calls = 1; answer.structuredContent?.status === 'pending'; calls += 1) {
      expect(calls).toBeLessThan(20);
      answer = await client.call('ask_question', { question_id }, { timeout });
    }
    expect(answer).toMatchObject(answered);
  });

  test('cancelling frees all that the call held, and leaves the question', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    await until(() => open <= 1);
    const before = open;
    const cancel = new AbortController();
    const cancelled = client.call('ask_question', question, { signal: cancel.signal });
    const refused = expect(cancelled).rejects.toThrow();
    await server.waiting(1);
    cancel.abort();
    await refused;
    await server.waiting(0);
    await until(() => open <= before);

    await server.say(agent, '8081');
    expect(await client.call('ask_question', question)).toMatchObject(answered);
  });

  test('a time-out of the client frees all that the call held', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    await until(() => open <= 1);
    const before = open;
    const refused = expect(client.call('ask_question', question, { timeout: 50 })).rejects.toThrow();
    await refused;
    await server.waiting(0);
    await until(() => open <= before);
    // Nothing comes back to resume what was given up.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(open).toBeLessThanOrEqual(before);
  });

  test('is told about progress if it asks to be', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    const told: number[] = [];
    const wait = client.call('ask_question', question, {
      onprogress: ({ progress }) => told.push(progress),
    });
    await until(() => told.length >= 2);
    await server.say(agent, '8081');
    expect(await wait).toMatchObject(answered);
  });

  test('an instance that ends closes its question at once', async () => {
    await using client = await connect(server.url);
    const question = await ask(client);
    const wait = client.call('ask_question', question);
    await server.waiting(1);
    await server.server.call('POST', '/sessions/end', { body: { agent_instance_id: agent } });
    expect((await wait).structuredContent).toMatchObject({ status: 'closed', answer: null });
  });

  test('the same text while the question is open is the same question', async () => {
    await using client = await connect(server.url);
    const { question_id } = await ask(client);
    expect((await ask(client)).question_id).toBe(question_id);
    await server.dispatch(askQuestion, { caller: ann, input: { question_id, wait_seconds: 0 } });
  });

  test('a stopping server answers what waits', async () => {
    await using stopped = await McpServer.start();
    const client = await connect(stopped.url);
    const wait = client.call('ask_question', { question_text: 'Which port?' });
    await stopped.waiting(1);
    const started = Date.now();
    await stopped.stop();
    expect(Date.now() - started).toBeLessThan(1_500);
    expect((await wait).structuredContent).toMatchObject({ status: 'pending' });
    expect(stopped.endpoint.sessions).toBe(0);
    await client.close();
  });
});
