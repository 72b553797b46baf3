import { beforeEach, expect, test } from 'vitest';
import { PersonQuestions } from '../../../../../src/adapters/mcp/stdio/approve/person-questions.ts';
import { StdioSession } from '../../../../../src/adapters/mcp/stdio/stdio-session.ts';
import type { ToolCall } from '../../../../../src/adapters/mcp/tools/tool.ts';
import { uuidV7 } from '../../../../../src/adapters/runtime/system.ts';
import type { Dispatch } from '../../../../../src/application/dispatch/dispatch.ts';
import { sendAgentMessage } from '../../../../../src/application/use-cases/index.ts';

let session: StdioSession;
let cancelling: AbortController;
let sent: number;
beforeEach(() => {
  session = new StdioSession(uuidV7, 'one');
  cancelling = new AbortController();
  sent = 0;
});

/** A server that hands over "stop" with the question. The call is cancelled before the response comes. */
const dispatch = (async (useCase, { clientGone }) => {
  if (useCase.name === sendAgentMessage.name) {
    sent += 1;
    cancelling.abort();
  }
  clientGone?.throwIfAborted();
  return { message_id: 'question', queued_user_messages: [{ content: 'stop' }] } as never;
}) as Dispatch;

const ask = () =>
  new PersonQuestions(session, 1).ask(
    dispatch,
    { signal: cancelling.signal, defaults: { agentType: 'test' } } as Partial<ToolCall> as ToolCall,
    'May I?',
  );

test('a cancellation while the question is sent does not lose the feedback that comes with it', async () => {
  await expect(ask()).rejects.toThrow();
  expect(sent).toBe(1);
  expect(session.keptFeedback.addTo({ user_feedback: [], redelivered: false }, 'one', 'next')).toEqual({
    user_feedback: ['stop'],
    redelivered: false,
  });
});

test('a call that was cancelled before its turn asks nothing', async () => {
  cancelling.abort();
  await expect(ask()).rejects.toThrow();
  expect(sent).toBe(0);
});
