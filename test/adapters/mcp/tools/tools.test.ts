import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { CLIENTS, type TestClient } from '../clients.ts';
import { McpServer } from '../mcp-server.ts';

const UUID_V7 = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);

const TIME = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Returns the structured result. Checks that the text has the same. */
function answerOf({ structuredContent, content, isError }: ToolResult): { [name: string]: unknown } {
  expect(isError ?? false).toBe(false);
  expect(JSON.parse(content[0]!.text)).toEqual(structuredContent);
  return structuredContent!;
}

describe.each(CLIENTS)('$kind', ({ connect }) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await connect(server.url);
  });
  afterAll(() => client.close());

  test('lists the tools', async () => {
    const tools = await client.tools();
    expect(tools.map(({ name }) => name)).toEqual([
      'log_step',
      'ask_question',
      'withdraw_question',
      'end_session',
    ]);
    expect(tools[0]!.inputSchema).toMatchObject({
      type: 'object',
      properties: { agent_instance_id: { type: 'string' }, step_description: { type: 'string' } },
      required: ['step_description'],
    });
    expect(tools[1]!.inputSchema).toMatchObject({
      properties: {
        options: { items: { anyOf: [{ type: 'string' }, { type: 'object', required: ['label'] }] } },
      },
    });
  });

  test('logs steps, asks, gets feedback and an answer, and ends', async () => {
    const first = answerOf(await client.call('log_step', { step_description: 'Read the code' }));
    expect(first).toEqual({
      success: true,
      agent_instance_id: UUID_V7,
      step_number: 1,
      user_feedback: [],
      more: false,
      redelivered: false,
      outcomes: [],
      stop_requested: null,
    });
    const session = { agent_instance_id: first.agent_instance_id as string };
    await server.say(session.agent_instance_id, 'use the other branch');
    expect(
      answerOf(await client.call('log_step', { ...session, step_description: 'Change it' })),
    ).toMatchObject({ step_number: 2, user_feedback: ['use the other branch'] });

    await server.say(session.agent_instance_id, 'and hurry');
    const asked = client.call('ask_question', { ...session, question_text: 'Which port?' });
    await server.untilCallsWait(1);
    await server.say(session.agent_instance_id, '8081');
    const answered = answerOf(await asked);
    expect(answered).toEqual({
      ...session,
      answer: '8081',
      question_id: UUID_V7,
      status: 'answered',
      outcome: {
        question_id: answered.question_id,
        status: 'answered',
        values: null,
        form: null,
        decided_by: 'person',
        via: null,
        answered_at: TIME,
      },
      user_feedback: ['and hurry'],
      more: false,
      redelivered: false,
      outcomes: [],
      stop_requested: null,
    });
    // Asking again by the id returns the same.
    expect(answerOf(await client.call('ask_question', { question_id: answered.question_id }))).toEqual({
      ...answered,
      more: false,
      redelivered: true,
    });

    expect(answerOf(await client.call('end_session', session))).toEqual({
      ...session,
      success: true,
      final_status: 'COMPLETED',
      stop_requested: null,
    });
    const late = await client.call('ask_question', { ...session, question_text: 'Anyone?' });
    expect(answerOf(late)).toMatchObject({ status: 'closed', answer: null });
    expect(server.signals.size).toBe(0);
  });
});
