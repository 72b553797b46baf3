import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RunningServer } from '../support/servers/running-server.ts';
import { AgentClient } from './agent-client.ts';
import { isRefused, SlowRequest } from './slow-request.ts';
import { expectRepeatable, expectStoredOnce } from './step-assertions.ts';
import { StepLoad } from './step-load.ts';
import { freshStore, STORES, storedMessages } from './stores.ts';

// All at once, because they mostly wait.
describe.concurrent.each(STORES)('SIGTERM on %s', (kind) => {
  test('answers waiters at once, refuses new connections, keeps acknowledged steps, and exits with 0', async () => {
    await using store = await freshStore(kind);
    await using server = await RunningServer.start(store.env);
    const agent = new AgentClient(server, randomUUID());
    const question = await agent.ask('shall I?');
    const waiting = await agent.waiting(question.id, 300);
    const load = new StepLoad(server);
    await load.more(100);
    const slow = { agent_instance_id: agent.instance, content: 'slow' };
    using late = await SlowRequest.begin(server, '/messages/agent', slow);

    const signalledAt = performance.now();
    server.process.signal('SIGTERM');
    expect(await waiting.answer).toMatchObject({ messages: [], status: 'ok', alreadyRead: [] });
    expect(performance.now() - signalledAt).toBeLessThan(9_000);

    // The slow request keeps the process running, so only a closed port can refuse connections.
    while (!(await isRefused(server.port))) expect(performance.now() - signalledAt).toBeLessThan(9_000);
    expect(server.process.isRunning).toBe(true);
    expect(await late.finish()).toContain('HTTP/1.1 200');
    expect((await server.process.whenEnded).code).toBe(0);
    expect(performance.now() - signalledAt).toBeLessThan(9_000);

    await load.done;
    expect(load.refusals).toEqual([]);
    await using restarted = await RunningServer.start(store.env);
    await expectRepeatable(restarted, load);
    await restarted.stop();
    const messages = await storedMessages(store.env);
    const isLoad = ({ agent_instance_id }: { agent_instance_id: string }) =>
      agent_instance_id !== agent.instance;
    expectStoredOnce(messages.filter(isLoad), load);
    expect(messages.filter((message) => !isLoad(message)).map(({ content }) => content)).toEqual([
      'shall I?',
      'slow',
    ]);
  });
});

describe.concurrent('a stop', () => {
  test('takes at most 10 s if a client never completes its request, and a second signal ends it at once', async () => {
    await using store = await freshStore('PostgreSQL');
    await using patient = await RunningServer.start(store.env);
    await using impatient = await RunningServer.start(store.env);
    const never = { agent_instance_id: randomUUID(), agent_type: 'codex', content: 'never' };
    using _first = await SlowRequest.begin(patient, '/messages/agent', never);
    using _second = await SlowRequest.begin(impatient, '/messages/agent', never);

    const signalledAt = performance.now();
    patient.process.signal('SIGTERM');
    impatient.process.signal('SIGINT');
    while (!(await isRefused(impatient.port)));
    impatient.process.signal('SIGINT');
    expect(await impatient.process.whenEnded).toEqual({ code: 130, signal: null });
    expect(performance.now() - signalledAt).toBeLessThan(9_000);

    expect(await patient.process.whenEnded).toEqual({ code: 0, signal: null });
    expect(performance.now() - signalledAt).toBeLessThan(10_000);
    expect(await storedMessages(store.env)).toEqual([]);
  });
});
