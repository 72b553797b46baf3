import { beforeEach, expect, test } from 'vitest';
import { PersonQuestions } from '../../../../../src/adapters/mcp/stdio/approve/person-questions.ts';
import { StdioSession } from '../../../../../src/adapters/mcp/stdio/stdio-session.ts';
import type { ToolCall } from '../../../../../src/adapters/mcp/tools/tool.ts';
import { uuidV7 } from '../../../../../src/adapters/runtime/system.ts';
import type { Dispatch } from '../../../../../src/application/dispatch/dispatch.ts';
import { askQuestion, sendAgentMessage } from '../../../../../src/application/use-cases/index.ts';
import type { WireOutcome } from '../../../../../src/application/wire/outcome.ts';

let session: StdioSession;
let cancelling: AbortController;
let sent: number;
beforeEach(() => {
  session = new StdioSession(uuidV7, 'one');
  cancelling = new AbortController();
  sent = 0;
});

const ENDED: WireOutcome = {
  question_id: 'another',
  status: 'expired',
  values: null,
  form: null,
  decided_by: null,
  via: null,
  answered_at: null,
};

/** A server that hands over "stop" with the question. The call is cancelled before the response comes. */
const dispatch = (async (useCase, { clientGone }) => {
  if (useCase.name === sendAgentMessage.name) {
    sent += 1;
    cancelling.abort();
  }
  clientGone?.throwIfAborted();
  return { message_id: 'question', queued_user_messages: [{ content: 'stop' }], outcomes: [ENDED] } as never;
}) as Dispatch;

const ask = (askedDispatch = dispatch) =>
  new PersonQuestions(session, 1).ask(
    askedDispatch,
    { signal: cancelling.signal, defaults: { agentType: 'test' } } as Partial<ToolCall> as ToolCall,
    { text: 'May I?', options: [] },
  );

test('a cancellation while the question is sent does not lose the feedback that comes with it', async () => {
  await expect(ask()).rejects.toThrow();
  expect(sent).toBe(1);
  expect(
    session.keptFeedback.addTo({ user_feedback: [], outcomes: [], redelivered: false }, 'one', 'next'),
  ).toEqual({
    user_feedback: ['stop'],
    outcomes: [ENDED],
    redelivered: false,
  });
});

test('a call that was cancelled before its turn asks nothing', async () => {
  cancelling.abort();
  await expect(ask()).rejects.toThrow();
  expect(sent).toBe(0);
});

test('a request to stop refuses with its reason, even if the answer has come', async () => {
  const stop_requested = { reason: 'Wrong branch', at: '2026-01-01T10:00:00.000Z' };
  const result = { answer: 'Yes', status: 'answered', user_feedback: [], outcomes: [], stop_requested };
  const stopping = (async (useCase) =>
    useCase.name === askQuestion.name
      ? result
      : { message_id: 'question', queued_user_messages: [], outcomes: [] }) as Dispatch;
  expect(await ask(stopping)).toEqual({
    noAnswer: 'The person wants you to stop (Wrong branch): do nothing more, and end the session',
  });
});
