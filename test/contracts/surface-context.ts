import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { fieldOf, type Scenario, STEP } from './surface-scene.ts';

const UNKNOWN = {
  ...{ repository: null, branch: null, machine: null, folder: null },
  ...{ model: null, agent_version: null, terminal: null },
};
const TOO_LONG = { code: 'invalid_input', message: 'context.branch: must be at most 255 characters' };

/** Agents say where they run. */
export const CONTEXT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the context of each step is added to what is known, and a step without one changes nothing',
    useCase: 'send_agent_message',
    async play({ call, callAsPerson }) {
      const agent_instance_id = uuidV7.next();
      const step = (fields: object) => call('send_agent_message', { ...STEP, agent_instance_id, ...fields });
      const read = () => callAsPerson('read_agent_instance', { agent_instance_id });
      await step({});
      const before = await read();
      await step({ context: { repository: 'acme/shop', branch: 'main', agent_version: '1.2', more: 1 } });
      const first = await read();
      await step({ context: { branch: ' fix\u202e\u0007 ', model: null, folder: '/home/ada/shop' } });
      await step({ context: null });
      await step({});
      return [before, first, await read()];
    },
    expected: [
      { answer: { context: null } },
      { answer: { context: { ...UNKNOWN, repository: 'acme/shop', branch: 'main', agent_version: '1.2' } } },
      {
        answer: {
          context: {
            ...UNKNOWN,
            ...{ repository: 'acme/shop', branch: 'fix', agent_version: '1.2', folder: '~/shop' },
          },
        },
      },
    ],
  },
  {
    name: 'a question has a context, too',
    useCase: 'ask_question',
    async play({ call, callAsPerson }) {
      const question = { agent_type: 'test', question_text: 'Deploy?', wait_seconds: 0 };
      const asked = await call('ask_question', { ...question, context: { machine: 'anvil' } });
      const agent_instance_id = fieldOf(asked, 'agent_instance_id');
      return [await callAsPerson('read_agent_instance', { agent_instance_id })];
    },
    expected: [{ answer: { context: { ...UNKNOWN, machine: 'anvil' } } }],
  },
  {
    name: 'an instance that is created before its first message has its context',
    useCase: 'start_agent_instance',
    async play({ call, callAsPerson }) {
      const agent_instance_id = uuidV7.next();
      const context = { terminal: 'tmux' };
      await call('start_agent_instance', { agent_type: 'test', agent_instance_id, context });
      return [await callAsPerson('read_agent_instance', { agent_instance_id })];
    },
    expected: [{ answer: { context: { ...UNKNOWN, terminal: 'tmux' } } }],
  },
  {
    name: 'a context that is too long or no context is refused, and changes nothing',
    useCase: 'send_agent_message',
    async play({ call, callAsPerson }) {
      const agent_instance_id = uuidV7.next();
      const step = (context: unknown) => call('send_agent_message', { ...STEP, agent_instance_id, context });
      const longest = await step({ branch: '\u{1F600}'.repeat(255) });
      return [
        longest,
        await step({ branch: 'x'.repeat(256) }),
        await step({ branch: 7 }),
        await step('main'),
        await callAsPerson('read_agent_instance', { agent_instance_id }),
      ];
    },
    expected: [
      { answer: { success: true } },
      TOO_LONG,
      { code: 'invalid_input', message: 'context.branch: must be a text' },
      { code: 'invalid_input', message: 'context: must be an object' },
      { answer: { context: { branch: '\u{1F600}'.repeat(255) }, chat_length: 1 } },
    ],
  },
];
