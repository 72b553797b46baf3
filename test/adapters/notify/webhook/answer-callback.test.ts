import { expect, onTestFinished, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { answerCallback } from '../../../../src/adapters/notify/webhook/answer-callback.ts';
import { PLAIN_ANSWER } from '../../../../src/domain/conversation/message.ts';
import type { UserId } from '../../../../src/domain/ids.ts';
import { outcomeNotificationId } from '../../../../src/domain/notification/callback.ts';
import type { EndedQuestion } from '../../../../src/ports/outcome-callback.ts';
import { instanceIdOf, messageIdOf, NOW } from '../../../support/builders.ts';
import { type GivenResponse, startHttpService } from '../../../support/notify/http-service.ts';

const never = new AbortController().signal;
const post = answerCallback(guardedHttp({ allowPrivateTargets: true }));

const ANSWERED: EndedQuestion = {
  id: outcomeNotificationId(messageIdOf(1)),
  userId: 'ada' as UserId,
  agentInstanceId: instanceIdOf(1),
  outcome: {
    ...{ ...PLAIN_ANSWER, questionId: messageIdOf(1), status: 'answered', values: ['yes'], via: 'page' },
    answeredAt: NOW,
  },
  answer: { id: messageIdOf(2), text: 'Yes' },
  endedAt: NOW,
};

async function openProgram(response: GivenResponse = { status: 200 }) {
  const program = await startHttpService('works', () => response);
  onTestFinished(async () => program[Symbol.asyncDispose]());
  return program;
}

test('a program gets the answer, with the fields that existing receivers read', async () => {
  const program = await openProgram();
  await post(`${program.url}/resume?id=7`, ANSWERED, never);
  const [request] = program.requests;
  expect(request).toMatchObject({
    ...{ method: 'POST', path: '/resume?id=7' },
    headers: { 'content-type': 'application/json', 'webhook-id': ANSWERED.id },
  });
  expect(JSON.parse(request!.body)).toEqual({
    ...{ user_message: 'Yes', user_id: 'ada', message_id: messageIdOf(2) },
    ...{ agent_instance_id: instanceIdOf(1), timestamp: NOW.toISOString(), question_id: messageIdOf(1) },
    outcome: {
      ...{ question_id: messageIdOf(1), status: 'answered', values: ['yes'], form: null },
      ...{ decided_by: 'person', via: 'page', answered_at: NOW.toISOString() },
    },
  });
});

test('a question without an answer has no message', async () => {
  const program = await openProgram();
  const outcome = { ...ANSWERED.outcome, status: 'expired', decidedBy: null, values: null } as const;
  await post(program.url, { ...ANSWERED, outcome, answer: null }, never);
  expect(JSON.parse(program.requests[0]!.body)).toMatchObject({
    ...{ user_message: null, message_id: null, outcome: { status: 'expired', decided_by: null } },
  });
});

test.each([
  [404, true],
  [302, true],
  [503, false],
])('status %i is final: %s', async (status, isFinal) => {
  const program = await openProgram({ status });
  await expect(post(program.url, ANSWERED, never)).rejects.toMatchObject({ name: 'DeliveryError', isFinal });
});

test('a program in a private network is not called unless that is allowed', async () => {
  const program = await openProgram();
  const guarded = answerCallback(guardedHttp({ allowPrivateTargets: false }));
  await expect(guarded(program.url, ANSWERED, never)).rejects.toMatchObject({ name: 'DeliveryError' });
  expect(program.requests).toEqual([]);
});
