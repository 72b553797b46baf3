import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { CONTEXT_SCENARIOS } from './surface-context.ts';
import { DEADLINE_SCENARIOS } from './surface-deadlines.ts';
import { ENDING_SCENARIOS } from './surface-endings.ts';
import { QUESTION_SCENARIOS } from './surface-questions.ts';
import { fieldOf, type Scenario, STEP, type Surface, sceneOn } from './surface-scene.ts';
import { SEARCH_SCENARIOS } from './surface-search.ts';
import { STOP_SCENARIOS } from './surface-stop.ts';

export type { Outcome, Surface } from './surface-scene.ts';

const CONVERSATION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'steps are counted, and each queued message is handed over once',
    useCase: 'send_agent_message',
    async play({ startInstance, call, say }) {
      const id = await startInstance();
      await say(id, 'one');
      await say(id, 'two');
      const step = (content: string) =>
        call('send_agent_message', { ...STEP, content, agent_instance_id: id });
      return [await step('next step'), await step('another step')];
    },
    expected: [
      { answer: { success: true, step_number: 2, user_feedback: ['one', 'two'], redelivered: false } },
      { answer: { success: true, step_number: 3, user_feedback: [], redelivered: false } },
    ],
  },
  {
    name: 'a step that repeats the last one gets the same messages again, marked, until another step follows',
    useCase: 'send_agent_message',
    async play({ startInstance, call, say }) {
      const id = await startInstance();
      await say(id, 'one');
      const step = (content: string) =>
        call('send_agent_message', { ...STEP, content, agent_instance_id: id });
      const retried = [await step('next step'), await step('next step')];
      await say(id, 'two');
      return [...retried, await step('next step'), await step('another step'), await step('another step')];
    },
    expected: [
      { answer: { step_number: 2, user_feedback: ['one'], redelivered: false } },
      { answer: { step_number: 3, user_feedback: ['one'], redelivered: true } },
      { answer: { step_number: 4, user_feedback: ['one', 'two'], redelivered: true } },
      { answer: { step_number: 5, user_feedback: [], redelivered: false } },
      { answer: { step_number: 6, user_feedback: [], redelivered: false } },
    ],
  },
  {
    name: 'the title of the message that creates an instance becomes its name, and a later title changes nothing',
    useCase: 'send_agent_message',
    async play({ call, callAsPerson }) {
      const agent_instance_id = uuidV7.next();
      const step = (title: string) => call('send_agent_message', { ...STEP, agent_instance_id, title });
      const read = () => callAsPerson('read_agent_instance', { agent_instance_id });
      await step('Upgrade React');
      const named = await read();
      await step('Something else');
      return [named, await read(), await step('x'.repeat(256))];
    },
    expected: [
      { answer: { name: 'Upgrade React' } },
      { answer: { name: 'Upgrade React' } },
      { code: 'invalid_input', message: 'title: must be at most 255 characters' },
    ],
  },
  {
    name: 'a question gives its new instance a name, too',
    useCase: 'ask_question',
    async play({ call, callAsPerson }) {
      const question = { agent_type: 'test', question_text: 'Deploy?', wait_seconds: 0, title: 'Release' };
      const asked = await call('ask_question', { ...question, agent_instance_id: uuidV7.next() });
      return [
        await callAsPerson('read_agent_instance', { agent_instance_id: fieldOf(asked, 'agent_instance_id') }),
      ];
    },
    expected: [{ answer: { name: 'Release' } }],
  },
  {
    name: 'an instance id is returned in its canonical form',
    useCase: 'send_agent_message',
    async play({ call }) {
      const id = uuidV7.next();
      const answer = await call('send_agent_message', {
        ...STEP,
        agent_instance_id: id.toUpperCase().replaceAll('-', ''),
      });
      return ['answer' in answer && answer.answer.agent_instance_id === id];
    },
    expected: [true],
  },
  {
    name: 'a wrong step gets the same error code and message',
    useCase: 'send_agent_message',
    play: ({ call }) =>
      Promise.all(
        [
          { content: '' },
          { content: 7 },
          { content: undefined },
          { content: 'a\0b' },
          { agent_instance_id: '{}' },
          { agent_instance_id: 7 },
        ].map((fields) =>
          call('send_agent_message', { ...STEP, agent_instance_id: uuidV7.next(), ...fields }),
        ),
      ),
    expected: [
      {
        code: 'invalid_input',
        message: 'content: must be 1 to 1,000,000 characters and not only white space',
      },
      { code: 'invalid_input', message: 'content: must be a text' },
      { code: 'invalid_input', message: 'content: is required' },
      { code: 'invalid_character', message: 'content contains a NUL character' },
      { code: 'invalid_id', message: 'agent_instance_id: must be a UUID' },
      { code: 'invalid_input', message: expect.stringMatching(/^agent_instance_id: must be /) },
    ],
  },
  {
    name: 'ending is idempotent, and a step that hands over a queued message reopens the instance',
    useCase: 'end_session',
    async play({ startInstance, call, say }) {
      const id = await startInstance();
      const end = () => call('end_session', { agent_instance_id: id });
      const ended = [await end(), await end()];
      await say(id, 'one more thing');
      return [...ended, await call('send_agent_message', { ...STEP, agent_instance_id: id })];
    },
    expected: [
      { answer: { success: true, final_status: 'COMPLETED' } },
      { answer: { success: true, final_status: 'COMPLETED' } },
      { answer: { success: true, step_number: 2, user_feedback: ['one more thing'] } },
    ],
  },
  {
    name: "an unknown instance and another user's instance get the same error",
    useCase: 'end_session',
    async play({ startInstance, call, callAsStranger }) {
      const id = await startInstance();
      return [
        await call('end_session', { agent_instance_id: uuidV7.next() }),
        await callAsStranger('end_session', { agent_instance_id: id }),
        await call('end_session', {}),
      ];
    },
    expected: [
      { code: 'agent_instance_not_found', message: 'Agent instance not found' },
      { code: 'agent_instance_not_found', message: 'Agent instance not found' },
      { code: 'invalid_input', message: 'agent_instance_id: is required' },
    ],
  },
  {
    name: 'an answered question keeps its answer',
    useCase: 'ask_question',
    async play({ startInstance, call, say }) {
      const id = await startInstance();
      await say(id, 'before');
      const asked = await call('ask_question', {
        agent_instance_id: id,
        agent_type: 'test',
        question_text: 'Which port?',
        wait_seconds: 0,
      });
      const question_id = 'answer' in asked ? asked.answer.question_id : null;
      await say(id, '8081');
      const askAgain = () => call('ask_question', { question_id, wait_seconds: 0 });
      return [asked, await askAgain(), await askAgain()];
    },
    expected: [
      { answer: { status: 'pending', answer: null, user_feedback: ['before'] } },
      { answer: { status: 'answered', answer: '8081', user_feedback: ['before'] } },
      { answer: { status: 'answered', answer: '8081', user_feedback: ['before'] } },
    ],
  },
  {
    name: 'a question that repeats the last message gets the answer to it, until another message follows',
    useCase: 'ask_question',
    async play({ startInstance, call, say }) {
      const agent_instance_id = await startInstance();
      const ask = () =>
        call('ask_question', { agent_instance_id, question_text: 'Deploy?', wait_seconds: 0 });
      const pending = await ask();
      await say(agent_instance_id, 'yes');
      const answers = [await ask(), await ask()];
      await call('ask_question', { agent_instance_id, question_text: 'Where?', wait_seconds: 0 });
      const asked = [pending, ...answers, await ask()];
      const ids = asked.map((outcome) => 'answer' in outcome && outcome.answer.question_id);
      return [...asked, ids.map((id) => ids.indexOf(id))];
    },
    expected: [
      { answer: { status: 'pending', answer: null, redelivered: false } },
      { answer: { status: 'answered', answer: 'yes', redelivered: false } },
      { answer: { status: 'answered', answer: 'yes', redelivered: true } },
      { answer: { status: 'pending', answer: null, redelivered: false } },
      [0, 0, 0, 3],
    ],
  },
  {
    name: 'a wrong question gets the same error code and message',
    useCase: 'ask_question',
    async play({ startInstance, call, callAsStranger }) {
      const asked = await call('ask_question', {
        agent_instance_id: await startInstance(),
        question_text: 'Mine?',
        wait_seconds: 0,
      });
      const question_id = 'answer' in asked ? asked.answer.question_id : null;
      return [
        await call('ask_question', {}),
        await call('ask_question', { question_id: uuidV7.next() }),
        await callAsStranger('ask_question', { question_id }),
        await call('ask_question', { question_id, wait_seconds: -1 }),
      ];
    },
    expected: [
      {
        code: 'invalid_input',
        message: 'input: give either question_text, to ask, or question_id, to go on waiting',
      },
      { code: 'question_not_found', message: 'There is no question with this id' },
      { code: 'question_not_found', message: 'There is no question with this id' },
      { code: 'invalid_input', message: 'wait_seconds: must be 0 to 86400 seconds' },
    ],
  },
  {
    name: 'the first answer to a question wins, and the second one gets an error',
    useCase: 'write_to_agent',
    async play({ startInstance, call }) {
      const id = await startInstance();
      const asked = await call('send_agent_message', {
        ...STEP,
        agent_instance_id: id,
        requires_user_input: true,
      });
      const in_reply_to = 'answer' in asked ? asked.answer.message_id : null;
      const write = (content: string) =>
        call('write_to_agent', { agent_instance_id: id, content, in_reply_to });
      return [
        await write('yes'),
        await write('no'),
        await call('write_to_agent', { agent_instance_id: id, content: ' ' }),
      ];
    },
    expected: [
      { answer: { content: 'yes', position: 3, read_at: null } },
      { code: 'already_answered', message: 'This question already has an answer' },
      {
        code: 'invalid_input',
        message: 'content: must be 1 to 1,000,000 characters and not only white space',
      },
    ],
  },
  {
    name: 'a deleted instance is not found until it is restored',
    useCase: 'delete_agent_instance',
    async play({ startInstance, call, callAsStranger }) {
      const agent_instance_id = await startInstance();
      const rename = () => call('rename_agent_instance', { agent_instance_id, name: 'nightly' });
      return [
        await callAsStranger('delete_agent_instance', { agent_instance_id }),
        await call('delete_agent_instance', { agent_instance_id }),
        await rename(),
        await call('list_messages', { agent_instance_id }),
        await call('restore_agent_instance', { agent_instance_id }),
        await rename(),
        await call('list_messages', { agent_instance_id }),
      ];
    },
    expected: [
      { code: 'agent_instance_not_found', message: 'Agent instance not found' },
      { answer: {} },
      { code: 'agent_instance_not_found', message: 'Agent instance not found' },
      { code: 'agent_instance_not_found', message: 'Agent instance not found' },
      { answer: { status: 'ACTIVE', name: null } },
      { answer: { status: 'ACTIVE', name: 'nightly' } },
      { answer: { messages: [{ content: 'a step', position: 1 }] } },
    ],
  },
  {
    name: 'an ended instance is listed as completed',
    useCase: 'list_agent_instances',
    async play({ startInstance, call }) {
      const agent_instance_id = await startInstance();
      const ended = await call('set_instance_status', { agent_instance_id, status: 'COMPLETED' });
      return [
        ended,
        await call('list_agent_instances', { status: 'COMPLETED', limit: 1 }),
        await call('read_agent_instance', { agent_instance_id, message_limit: 1 }),
        await call('list_agent_instances', { status: 'GONE' }),
      ];
    },
    expected: [
      { answer: { status: 'COMPLETED' } },
      { answer: { agent_instances: [{ status: 'COMPLETED' }] } },
      { answer: { status: 'COMPLETED', messages: [{ content: 'a step' }] } },
      { code: 'invalid_input', message: expect.stringMatching(/^status: must be /) },
    ],
  },
];

const SCENARIOS = [
  ...CONVERSATION_SCENARIOS,
  ...QUESTION_SCENARIOS,
  ...ENDING_SCENARIOS,
  ...DEADLINE_SCENARIOS,
  ...STOP_SCENARIOS,
  ...SEARCH_SCENARIOS,
  ...CONTEXT_SCENARIOS,
];

/** Runs the scenarios on one surface: outcomes and error codes are the same on all surfaces. */
export function surfaceContract(open: () => Surface, hasUseCase: (useCase: string) => boolean): void {
  describe('same outcomes', () => {
    test.each(SCENARIOS.filter(({ useCase }) => hasUseCase(useCase)))(
      '$useCase: $name',
      async ({ play: run, expected }) => {
        const outcomes = await run(sceneOn(open(), hasUseCase));
        expect(outcomes).toHaveLength(expected.length);
        for (const [index, outcome] of outcomes.entries()) {
          const expectedOutcome = expected[index] as object;
          if (typeof expectedOutcome === 'object') expect(outcome).toMatchObject(expectedOutcome);
          else expect(outcome).toBe(expectedOutcome);
        }
      },
    );
  });
}
