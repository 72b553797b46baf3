import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DashboardError, type LiveEvent } from '../../../src/adapters/client/client.ts';
import { ClientServer } from './client-server.ts';

let server: ClientServer;
beforeAll(async () => {
  server = await ClientServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('an agent', () => {
  test('starts, reports, turns a step into a question, records typed text, sends a heartbeat and ends', async () => {
    const started = await server.agent.startAgentInstance({ agent_type: 'Script', name: 'nightly' });
    const instance = { agent_instance_id: started.agent_instance_id };
    expect(started).toMatchObject({ agent_type_name: 'script', name: 'nightly', status: 'ACTIVE' });
    const step = await server.agent.sendMessage({ ...instance, content: 'I would use 8080' });
    expect(await server.agent.requestUserInput({ message_id: step.message_id })).toMatchObject({
      status: 'ok',
      messages: [],
    });
    await server.agent.sendUserMessage({ ...instance, content: '8081', mark_as_read: false });
    const read = { ...instance, last_read_message_id: step.message_id, wait: 1 };
    expect(await server.agent.pendingMessages(read)).toMatchObject({ messages: [{ content: '8081' }] });
    expect(await server.agent.heartbeat(instance)).toMatchObject(instance);
    expect(await server.agent.endSession(instance)).toMatchObject({ final_status: 'COMPLETED' });
    expect(await server.agent.verifyToken()).toMatchObject({ user_id: 'ann', scopes: ['agent'] });
  });

  test('has its session ended when the scope is left, also if it never sent a message', async () => {
    let id: string;
    {
      await using session = server.agent.session({ agent_type: 'script' });
      id = session.agentInstanceId;
      await session.sendMessage('hello');
      await session.heartbeat();
    }
    expect(await server.person.people.agentInstance({ agent_instance_id: id })).toMatchObject({
      status: 'COMPLETED',
    });
    await using _silent = server.agent.session({ agent_type: 'script' });
  });

  test('gets an error that names each wrong field', async () => {
    const wrong = server.agent.sendMessage({ agent_instance_id: 'none', content: ' ' });
    const error: unknown = await wrong.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DashboardError);
    expect(error).toMatchObject({
      code: 'invalid_input',
      status: 422,
      requestId: expect.any(String),
      errors: [{ path: 'agent_instance_id' }, { path: 'content' }],
    });
  });
});

describe('a person', () => {
  test('reads page by page, writes, renames, ends, deletes and restores', async () => {
    const { people } = server.client('bob-dashboard');
    const agents = Array.from({ length: 3 }, () =>
      server.client('bob').session({ agent_type: 'claude-code' }),
    );
    for (const agent of agents) await agent.sendMessage('hello');
    expect(await people.summary()).toMatchObject({ total_instances: 3, active_instances: 3 });
    const [type] = await people.agentTypes();
    expect(type).toMatchObject({ name: 'claude-code', total_instances: 3 });

    const paged: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await people.agentInstances({ limit: 2, cursor, agent_type_id: type!.id });
      paged.push(...page.agent_instances.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged.toSorted()).toEqual(agents.map(({ agentInstanceId }) => agentInstanceId).toSorted());

    const id = agents[0]!.agentInstanceId;
    for (const content of ['one', 'two', 'three']) await people.write({ agent_instance_id: id, content });
    const last = await people.messages({ agent_instance_id: id, limit: 2 });
    expect(last.map(({ content }) => content)).toEqual(['two', 'three']);
    const before = { agent_instance_id: id, limit: 2, before_message_id: last[0]!.id };
    expect((await people.messages(before)).map(({ content }) => content)).toEqual(['hello', 'one']);

    expect(await people.rename({ agent_instance_id: id, name: 'first' })).toMatchObject({ name: 'first' });
    expect(await people.end(id)).toMatchObject({ status: 'COMPLETED' });
    await people.delete(id);
    await expect(people.agentInstance({ agent_instance_id: id })).rejects.toMatchObject({
      code: 'agent_instance_not_found',
      status: 404,
    });
    expect(await people.restore(id)).toMatchObject({ id, name: 'first', status: 'COMPLETED' });
  });

  test('gets the existing answer when they answer a question second', async () => {
    const agent = server.agent.session({ agent_type: 'script' });
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    const reply = { agent_instance_id: agent.agentInstanceId, in_reply_to: question_id };
    await server.person.people.write({ ...reply, content: '8081' });
    await expect(server.person.people.write({ ...reply, content: '8082' })).rejects.toMatchObject({
      code: 'already_answered',
      answer: { content: '8081' },
    });
  });

  test('answers a question with values, and learns the outcome if that comes second', async () => {
    const { people } = server.person;
    const agent = server.agent.session({ agent_type: 'script' });
    const asked = await server.agent.sendMessage({
      agent_instance_id: agent.agentInstanceId,
      agent_type: 'script',
      content: 'Which port?',
      requires_user_input: true,
      options: [{ label: '8081' }, { label: '8082' }],
      expires_in_seconds: 600,
    });
    const question = { question_id: asked.message_id };
    const before = Date.now();
    const { expires_at } = await people.postpone({ ...question, expires_in_seconds: 3_600 });
    expect(Date.parse(expires_at!)).toBeGreaterThanOrEqual(before + 3_600_000);
    await expect(people.answer({ ...question, values: ['80'] })).rejects.toMatchObject({
      code: 'answer_does_not_fit',
      errors: [{ path: 'values' }],
    });
    expect(await people.answer({ ...question, values: ['8081'], via: 'test' })).toMatchObject({
      content: '8081',
      answer_to: { values: ['8081'], decided_by: 'person', via: 'test' },
    });
    await expect(people.answer({ ...question, content: 'Any' })).rejects.toMatchObject({
      code: 'already_answered',
      answer: { content: '8081' },
      outcome: { status: 'answered', values: ['8081'] },
    });
  });

  test('asks agents to stop, one or all, and takes it back', async () => {
    const { people } = server.person;
    const agents = [1, 2].map(() => server.agent.session({ agent_type: 'script' }));
    for (const agent of agents) await agent.sendMessage('hello');
    const id = agents[0]!.agentInstanceId;
    expect(await people.stop({ agent_instance_id: id, reason: 'Wrong branch' })).toMatchObject({
      stop_requested: { reason: 'Wrong branch' },
      stop_seen_at: null,
    });
    expect(await people.cancelStop(id)).toMatchObject({ stop_requested: null });
    const { stopped } = await people.stopAll();
    expect(stopped).toBeGreaterThanOrEqual(2);
    expect(await people.agentInstance({ agent_instance_id: id })).toMatchObject({
      stop_requested: { reason: null },
    });
  });

  test('gets live events until the loop is left or the signal is aborted', async () => {
    const agent = server.agent.session({ agent_type: 'script' });
    const events: LiveEvent[] = [];
    for await (const event of server.person.people.events()) {
      events.push(event);
      if (event.type === 'connected') await agent.sendMessage('hello');
      if (event.type === 'message' && event.data.agent_instance_id === agent.agentInstanceId) break;
    }
    expect(events[0]!.type).toBe('connected');
    expect(events.at(-1)).toMatchObject({ data: { content: 'hello', sender_type: 'AGENT' } });

    // Acts as if another stream had received the first event.
    const lastEventId = events[0]!.id;
    const again = await server.person.people.events({ lastEventId }).next();
    expect(again.value).toMatchObject({ type: 'connected' });

    const stop = new AbortController();
    const stream = server.person.people.events({ signal: stop.signal });
    await stream.next();
    const next = stream.next();
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });

  test('gets no stream of an unknown instance, or after an invalid event id', async () => {
    const { people } = server.person;
    const nothing = people.events({ agent_instance_id: '00000000-0000-7000-8000-000000000000' });
    await expect(nothing.next()).rejects.toMatchObject({ code: 'agent_instance_not_found' });
    await expect(people.events({ lastEventId: 'odd' }).next()).rejects.toMatchObject({
      code: 'invalid_last_event_id',
    });
  });
});
