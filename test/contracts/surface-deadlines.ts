import type { Scenario } from './surface-scene.ts';

const EXPIRED = {
  code: 'question_over',
  message: 'The time for this question is over, so it cannot be answered any more',
};
const WITH_DEFAULT = {
  options: [
    { label: 'Wait', value: 'wait' },
    { label: 'Go on', value: 'go' },
  ],
  expires_in_seconds: 60,
  default_answer: ['go'],
};

/** Questions that end by themselves. */
export const DEADLINE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a question ends at its deadline, not earlier, and the agent is told once',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, passTime, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Deploy?', { expires_in_seconds: 60 });
      await passTime(59);
      const before = await step(id);
      await passTime(1);
      return [
        before,
        await callAsPerson('answer_question', { question_id, content: 'yes' }),
        await step(id),
        await step(id),
      ];
    },
    expected: [
      { answer: { outcomes: [] } },
      EXPIRED,
      {
        answer: { user_feedback: [], outcomes: [{ status: 'expired', decided_by: null, answered_at: null }] },
      },
      { answer: { outcomes: [] } },
    ],
  },
  {
    name: 'a question with a default gets it at its deadline, as a message that says who decided',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, passTime, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Go on?', WITH_DEFAULT);
      await passTime(60);
      return [
        await callAsPerson('answer_question', { question_id, content: 'yes' }),
        await callAsPerson('list_messages', { agent_instance_id: id, limit: 1 }),
        await step(id),
      ];
    },
    expected: [
      { code: 'already_answered', message: 'This question already has an answer' },
      { answer: { messages: [{ content: 'Go on', answer_to: { decided_by: 'default' } }] } },
      {
        answer: {
          user_feedback: ['Go on'],
          outcomes: [{ status: 'defaulted', decided_by: 'default', values: ['go'] }],
        },
      },
    ],
  },
  {
    name: 'a repeat of an open question with a deadline moves it, and replaces what happens then',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, passTime, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Go on?', { ...WITH_DEFAULT, default_answer: ['wait'] });
      await passTime(30);
      const repeated = await ask(id, 'Go on?', WITH_DEFAULT);
      await passTime(59);
      const read = () => callAsPerson('list_messages', { agent_instance_id: id, limit: 1 });
      const before = await read();
      await passTime(1);
      return [repeated === question_id, before, await read(), await step(id)];
    },
    expected: [
      true,
      { answer: { messages: [{ question_status: 'open', question: { default_answer: ['go'] } }] } },
      { answer: { messages: [{ content: 'Go on', answer_to: { decided_by: 'default' } }] } },
      { answer: { user_feedback: ['Go on'], outcomes: [{ status: 'defaulted', values: ['go'] }] } },
    ],
  },
  {
    name: 'a repeat of an open question without a deadline leaves the deadline and the default as they are',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, passTime, step }) {
      const id = await startInstance();
      const { options } = WITH_DEFAULT;
      const question_id = await ask(id, 'Go on?', WITH_DEFAULT);
      await passTime(30);
      const repeated = await ask(id, 'Go on?', { options });
      await passTime(30);
      return [repeated === question_id, await step(id)];
    },
    expected: [
      true,
      { answer: { user_feedback: ['Go on'], outcomes: [{ status: 'defaulted', values: ['go'] }] } },
    ],
  },
  {
    name: 'a repeat with a deadline gives one to an open question that has none',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, passTime, step }) {
      const id = await startInstance();
      await ask(id, 'Deploy?');
      await ask(id, 'Deploy?', { expires_in_seconds: 60 });
      await passTime(60);
      return [await step(id)];
    },
    expected: [{ answer: { user_feedback: [], outcomes: [{ status: 'expired' }] } }],
  },
  {
    name: 'an agent that waits gets how its question ended at the deadline',
    useCase: 'ask_question',
    async play({ startInstance, ask, passTime, call, untilCallWaits }) {
      const id = await startInstance();
      const expiring = await ask(id, 'Deploy?', { expires_in_seconds: 60 });
      const defaulting = await ask(id, 'Go on?', WITH_DEFAULT);
      const waiting = call('ask_question', { question_id: expiring, wait_seconds: 50 });
      await untilCallWaits();
      await passTime(60);
      return [await waiting, await call('ask_question', { question_id: defaulting, wait_seconds: 0 })];
    },
    expected: [
      { answer: { status: 'expired', answer: null, outcome: { status: 'expired', decided_by: null } } },
      {
        answer: {
          status: 'defaulted',
          answer: 'Go on',
          outcome: { status: 'defaulted', decided_by: 'default', values: ['go'] },
        },
      },
    ],
  },
  {
    name: 'a person gives a question more time, but only if it has a deadline and is open',
    useCase: 'postpone_question',
    async play({ startInstance, ask, passTime, call, callAsStranger, callAsPerson }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Deploy?', { expires_in_seconds: 60 });
      const forever = await ask(id, 'Which port?');
      const postpone = { question_id, expires_in_seconds: 120 };
      const replies = [
        await call('postpone_question', postpone),
        await callAsStranger('postpone_question', postpone),
      ];
      await passTime(119);
      const listed = await callAsPerson('list_messages', {
        agent_instance_id: id,
        before_message_id: forever,
        limit: 1,
      });
      await passTime(1);
      return [
        ...replies,
        listed,
        await call('postpone_question', postpone),
        await call('postpone_question', { ...postpone, question_id: forever }),
      ];
    },
    expected: [
      { answer: { question_status: 'open' } },
      { code: 'question_not_found', message: 'There is no question with this id' },
      { answer: { messages: [{ question_status: 'open' }] } },
      EXPIRED,
      { code: 'question_without_deadline' },
    ],
  },
  {
    name: "another user's question is like an unknown one",
    useCase: 'answer_question',
    async play({ startInstance, ask, callAsStranger, call }) {
      const question_id = await ask(await startInstance(), 'Deploy?');
      return [
        await callAsStranger('answer_question', { question_id, content: 'no' }),
        await call('answer_question', { question_id, content: 'yes' }),
      ];
    },
    expected: [
      { code: 'question_not_found', message: 'There is no question with this id' },
      { answer: { content: 'yes' } },
    ],
  },
];
