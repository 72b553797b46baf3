import { expect } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { Scenario } from './surface-scene.ts';

const REQUESTED = { answer: { stop_requested: { reason: 'wrong branch' } } };
const NOT_REQUESTED = { answer: { stop_requested: null } };
const NOT_FOUND = { code: 'agent_instance_not_found', message: 'Agent instance not found' };

/** A person asks agents to stop. */
export const STOP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a request to stop is in every answer that the agent gets, until it is taken back',
    useCase: 'withdraw_question',
    async play({ startInstance, ask, tryToAsk, step, call, callAsPerson }) {
      const agent_instance_id = await startInstance();
      const question_id = await ask(agent_instance_id, 'Deploy?');
      const before = await step(agent_instance_id);
      const unseen = await callAsPerson('stop_agent', { agent_instance_id, reason: 'wrong branch' });
      const answers = [
        await step(agent_instance_id),
        await tryToAsk(agent_instance_id, 'Really?', {}),
        await call('withdraw_question', { question_id }),
      ];
      const seen = await callAsPerson('read_agent_instance', { agent_instance_id, message_limit: 0 });
      await callAsPerson('cancel_agent_stop', { agent_instance_id });
      return [before, unseen, ...answers, seen, await step(agent_instance_id)];
    },
    expected: [
      NOT_REQUESTED,
      { answer: { ...REQUESTED.answer, stop_seen_at: null } },
      REQUESTED,
      REQUESTED,
      REQUESTED,
      { answer: { ...REQUESTED.answer, stop_seen_at: expect.any(String) } },
      NOT_REQUESTED,
    ],
  },
  {
    name: 'the end of the session has the request to stop, too',
    useCase: 'end_session',
    async play({ startInstance, call, callAsPerson }) {
      const agent_instance_id = await startInstance();
      await callAsPerson('stop_agent', { agent_instance_id, reason: 'wrong branch' });
      return [await call('end_session', { agent_instance_id })];
    },
    expected: [{ answer: { ...REQUESTED.answer, final_status: 'COMPLETED' } }],
  },
  {
    name: 'a request to stop ends a wait for an answer at once, and the question stays open',
    useCase: 'ask_question',
    async play({ startInstance, ask, call, callAsPerson, untilCallWaits }) {
      const agent_instance_id = await startInstance();
      const question_id = await ask(agent_instance_id, 'Deploy?');
      const waiting = call('ask_question', { question_id, wait_seconds: 50 });
      await untilCallWaits();
      await callAsPerson('stop_agent', { agent_instance_id, reason: 'wrong branch' });
      return [await waiting, await callAsPerson('answer_question', { question_id, content: 'yes' })];
    },
    expected: [{ answer: { ...REQUESTED.answer, status: 'pending' } }, { answer: { content: 'yes' } }],
  },
  {
    name: 'a request to stop ends a wait for messages at once',
    useCase: 'read_pending_messages',
    async play({ startInstance, call, callAsPerson, untilCallWaits }) {
      const agent_instance_id = await startInstance();
      const waiting = call('read_pending_messages', { agent_instance_id, wait: 50 });
      await untilCallWaits();
      await callAsPerson('stop_agent', { agent_instance_id, reason: 'wrong branch' });
      return [await waiting];
    },
    expected: [{ answer: { ...REQUESTED.answer, messages: [] } }],
  },
  {
    name: 'asking again without a reason keeps the reason, and when the agent was told',
    useCase: 'stop_agent',
    async play({ startInstance, call, step }) {
      const agent_instance_id = await startInstance();
      await call('stop_agent', { agent_instance_id, reason: 'wrong branch' });
      await step(agent_instance_id);
      const again = await call('stop_agent', { agent_instance_id });
      return [again, await call('stop_agent', { agent_instance_id, reason: 'out of money' })];
    },
    expected: [
      { answer: { ...REQUESTED.answer, stop_seen_at: expect.any(String) } },
      { answer: { stop_requested: { reason: 'out of money' }, stop_seen_at: null } },
    ],
  },
  {
    name: 'a reason that is empty or too long is refused with its limits',
    useCase: 'stop_agent',
    async play({ startInstance, call }) {
      const agent_instance_id = await startInstance();
      const reasons = ['', ' ', 'x'.repeat(1_001)];
      return Promise.all(reasons.map((reason) => call('stop_agent', { agent_instance_id, reason })));
    },
    expected: Array.from({ length: 3 }, () => ({
      code: 'invalid_input',
      message: 'reason: must be 1 to 1,000 characters and not only white space',
    })),
  },
  {
    name: "an unknown instance and another user's instance get the same error",
    useCase: 'stop_agent',
    async play({ startInstance, call, callAsStranger, step }) {
      const agent_instance_id = await startInstance();
      return [
        await call('stop_agent', { agent_instance_id: uuidV7.next() }),
        await callAsStranger('stop_agent', { agent_instance_id }),
        await callAsStranger('cancel_agent_stop', { agent_instance_id }),
        await step(agent_instance_id),
      ];
    },
    expected: [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_REQUESTED],
  },
  {
    name: 'stopping all agents asks all of the user that have not ended, and none of others',
    useCase: 'stop_all_agents',
    async play({ startInstance, call, callAsStranger, callAsPerson, step }) {
      const [one, two, ended] = [await startInstance(), await startInstance(), await startInstance()];
      await call('set_instance_status', { agent_instance_id: ended, status: 'COMPLETED' });
      await callAsStranger('stop_all_agents', { reason: 'not yours' });
      const before = await step(one);
      await call('stop_all_agents', { reason: 'wrong branch' });
      const read = { agent_instance_id: ended, message_limit: 0 };
      return [before, await step(one), await step(two), await callAsPerson('read_agent_instance', read)];
    },
    expected: [NOT_REQUESTED, REQUESTED, REQUESTED, NOT_REQUESTED],
  },
];
