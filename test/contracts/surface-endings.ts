import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { Scenario } from './surface-scene.ts';

const WITHDRAWN = {
  code: 'question_over',
  message: 'The agent took this question back, so it cannot be answered any more',
};
const NOT_FOUND = { code: 'question_not_found', message: 'There is no question with this id' };

/** Questions that the agent takes back, and several open questions at once. */
export const ENDING_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a withdrawn question cannot be answered, and withdrawing it again is no error',
    useCase: 'withdraw_question',
    async play({ startInstance, ask, call, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Deploy?');
      return [
        await call('withdraw_question', { question_id }),
        await call('withdraw_question', { question_id }),
        await callAsPerson('answer_question', { question_id, content: 'yes' }),
        await callAsPerson('read_agent_instance', { agent_instance_id: id }),
        await step(id),
      ];
    },
    expected: [
      { answer: { success: true, status: 'withdrawn' } },
      { answer: { success: true, status: 'withdrawn' } },
      WITHDRAWN,
      { answer: { status: 'ACTIVE' } },
      { answer: { user_feedback: [], outcomes: [] } },
    ],
  },
  {
    name: 'whoever waits for a question is told that it was withdrawn, and the agent that did it is not',
    useCase: 'read_pending_messages',
    async play({ startInstance, ask, call, untilCallWaits, step }) {
      const agent_instance_id = await startInstance();
      const question_id = await ask(agent_instance_id, 'Deploy?');
      const waiting = call('read_pending_messages', { agent_instance_id, question_id, wait: 50 });
      await untilCallWaits();
      await call('withdraw_question', { question_id });
      return [await waiting, await step(agent_instance_id)];
    },
    expected: [
      { answer: { messages: [], outcomes: [{ status: 'withdrawn', decided_by: null }] } },
      { answer: { outcomes: [] } },
    ],
  },
  {
    name: 'an answered question cannot be withdrawn, and the agent gets its answer',
    useCase: 'withdraw_question',
    async play({ startInstance, ask, call, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Deploy?');
      await callAsPerson('answer_question', { question_id, content: 'yes' });
      return [await call('withdraw_question', { question_id }), await step(id)];
    },
    expected: [
      { code: 'already_answered', message: 'This question already has an answer' },
      { answer: { user_feedback: ['yes'], outcomes: [{ status: 'answered' }] } },
    ],
  },
  {
    name: "another user's question is like an unknown one",
    useCase: 'withdraw_question',
    async play({ startInstance, ask, call, callAsStranger }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Deploy?');
      return [
        await callAsStranger('withdraw_question', { question_id }),
        await call('withdraw_question', { question_id: uuidV7.next() }),
        await call('withdraw_question', { question_id }),
      ];
    },
    expected: [NOT_FOUND, NOT_FOUND, { answer: { status: 'withdrawn' } }],
  },
  {
    name: 'a question takes the place of an earlier one, and nobody can answer that any more',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, tryToAsk, callAsPerson, step }) {
      const id = await startInstance();
      const other = await ask(await startInstance(), 'Elsewhere?');
      const old = await ask(id, 'Which port?');
      const foreign = await tryToAsk(id, 'Which host?', { supersedes: other });
      const question_id = await ask(id, 'Which host?', { supersedes: old });
      return [
        foreign,
        await callAsPerson('answer_question', { question_id: old, content: '8081' }),
        await callAsPerson('answer_question', { question_id, content: 'localhost' }),
        await step(id),
      ];
    },
    expected: [
      NOT_FOUND,
      WITHDRAWN,
      { answer: { content: 'localhost' } },
      { answer: { user_feedback: ['localhost'], outcomes: [{ status: 'answered' }] } },
    ],
  },
  {
    name: 'an instance waits for input while one of its questions is open, and a text answers the newest',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, callAsPerson, say, step }) {
      const id = await startInstance();
      const older = await ask(id, 'Which port?');
      await ask(id, 'Which host?');
      const read = () => callAsPerson('read_agent_instance', { agent_instance_id: id, message_limit: 0 });
      const both = await read();
      await say(id, 'localhost');
      const one = await read();
      await callAsPerson('answer_question', { question_id: older, content: '8081' });
      return [both, one, await read(), await step(id)];
    },
    expected: [
      { answer: { status: 'AWAITING_INPUT' } },
      { answer: { status: 'AWAITING_INPUT' } },
      { answer: { status: 'ACTIVE' } },
      {
        answer: {
          user_feedback: ['localhost', '8081'],
          outcomes: [{ status: 'answered' }, { status: 'answered' }],
        },
      },
    ],
  },
  {
    name: 'the end of the session closes open questions',
    useCase: 'end_session',
    async play({ startInstance, ask, call, callAsPerson }) {
      const agent_instance_id = await startInstance();
      const question_id = await ask(agent_instance_id, 'Deploy?');
      await call('end_session', { agent_instance_id });
      return [await callAsPerson('answer_question', { question_id, content: 'yes' })];
    },
    expected: [
      {
        code: 'question_over',
        message: 'This question was closed when its session ended, so it cannot be answered any more',
      },
    ],
  },
];
