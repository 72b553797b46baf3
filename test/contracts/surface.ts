import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';

/** How a call ended, in the words of the use case whichever way it was reached. */
export type Outcome =
  | { readonly answer: { readonly [field: string]: unknown } }
  | { readonly code: string; readonly message: string };

/** One way to reach the use cases, as one user. */
export interface Surface {
  /** Names of the use cases that are on it. */
  readonly useCases: ReadonlySet<string>;
  call(useCase: string, input: object): Promise<Outcome>;
  /** The same, as another user. */
  callAsStranger(useCase: string, input: object): Promise<Outcome>;
  /** The person writes to an instance of the user. */
  say(agentInstanceId: string, content: string): Promise<void>;
}

const FOR_PEOPLE = { on: 'REST', because: 'people look, answer and tidy up; a model works' } as const;
const FOR_KEYS = {
  on: 'REST',
  because: 'no model is to have a say in what may be done in its name',
} as const;

/** Why a use case is not both a REST route and an MCP tool. Everything else has to be. */
export const NOT_ON_BOTH: {
  readonly [useCase: string]: { readonly on: 'REST' | 'MCP' | 'neither'; readonly because: string };
} = {
  list_agent_instances: FOR_PEOPLE,
  list_agent_types: FOR_PEOPLE,
  list_messages: FOR_PEOPLE,
  read_agent_summary: FOR_PEOPLE,
  rename_agent_instance: FOR_PEOPLE,
  delete_agent_instance: FOR_PEOPLE,
  restore_agent_instance: FOR_PEOPLE,
  write_to_agent: FOR_PEOPLE,
  delete_account: FOR_PEOPLE,
  create_api_key: FOR_KEYS,
  list_api_keys: FOR_KEYS,
  revoke_api_key: FOR_KEYS,
  browse_conversations: { on: 'neither', because: 'MCP has it as the list of resources, which is no tool' },
  read_conversation: { on: 'neither', because: 'MCP has it as the content of a resource, which is no tool' },
  read_agent_instance: { on: 'REST', because: 'agents on MCP read conversations as resources' },
  set_instance_status: { on: 'REST', because: 'a model ends its own session with end_session' },
  ask_question: {
    on: 'MCP',
    because: 'over REST it is two calls: a message that requires_user_input, and a read that waits',
  },
  read_pending_messages: {
    on: 'REST',
    because: 'every tool hands over what is queued; a model need not poll',
  },
  request_user_input: { on: 'REST', because: 'for wrappers that see only later that their agent waits' },
  send_user_message: { on: 'REST', because: 'the person speaks, not the model' },
  start_agent_instance: { on: 'REST', because: 'the first tool call makes the instance' },
  heartbeat: { on: 'REST', because: 'wrappers beat; a model only works' },
  verify_token: { on: 'REST', because: 'an MCP client has no use for it: a bad token is a 401' },
};

const STEP = { content: 'a step', agent_type: 'test' };

interface Play extends Surface {
  /** A new instance with one step. */
  begin(): Promise<string>;
}

const scenarios: readonly {
  readonly name: string;
  readonly of: string;
  readonly play: (surface: Play) => Promise<readonly unknown[]>;
  readonly expected: readonly unknown[];
}[] = [
  {
    name: 'steps are counted, and hand over what was written meanwhile, once',
    of: 'send_agent_message',
    async play({ begin, call, say }) {
      const id = await begin();
      await say(id, 'one');
      await say(id, 'two');
      const step = () => call('send_agent_message', { ...STEP, agent_instance_id: id });
      return [await step(), await step()];
    },
    expected: [
      { answer: { success: true, step_number: 2, user_feedback: ['one', 'two'] } },
      { answer: { success: true, step_number: 3, user_feedback: [] } },
    ],
  },
  {
    name: 'an id is kept in its canonical form',
    of: 'send_agent_message',
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
    name: 'what is wrong with a step is said alike',
    of: 'send_agent_message',
    play: ({ call }) =>
      Promise.all(
        [
          { content: '' },
          { content: 7 },
          { content: undefined },
          { content: 'a\0b' },
          { agent_instance_id: '{}' },
          { agent_instance_id: 7 },
        ].map((more) => call('send_agent_message', { ...STEP, agent_instance_id: uuidV7.next(), ...more })),
      ),
    expected: [
      {
        code: 'invalid_input',
        message: 'content: must be 1 to 1,000,000 characters and not only white space',
      },
      { code: 'invalid_input', message: 'content: must be string' },
      { code: 'invalid_input', message: 'content: is required' },
      { code: 'invalid_character', message: 'content contains a NUL character' },
      { code: 'invalid_id', message: 'agent_instance_id: must be a UUID' },
      { code: 'invalid_input', message: expect.stringMatching(/^agent_instance_id: must be /) },
    ],
  },
  {
    name: 'ending is idempotent; what was queued reopens it with the next step',
    of: 'end_session',
    async play({ begin, call, say }) {
      const id = await begin();
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
    name: "an instance that does not exist, and someone else's, are refused alike",
    of: 'end_session',
    async play({ begin, call, callAsStranger }) {
      const id = await begin();
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
    name: 'a question is answered, and stays so',
    of: 'ask_question',
    async play({ begin, call, say }) {
      const id = await begin();
      await say(id, 'before');
      const asked = await call('ask_question', {
        agent_instance_id: id,
        agent_type: 'test',
        question_text: 'Which port?',
        wait_seconds: 0,
      });
      const question_id = 'answer' in asked ? asked.answer.question_id : null;
      await say(id, '8081');
      const again = () => call('ask_question', { question_id, wait_seconds: 0 });
      return [asked, await again(), await again()];
    },
    expected: [
      { answer: { status: 'pending', answer: null, user_feedback: ['before'] } },
      { answer: { status: 'answered', answer: '8081', user_feedback: ['before'] } },
      { answer: { status: 'answered', answer: '8081', user_feedback: ['before'] } },
    ],
  },
  {
    name: 'what is wrong with a question is said alike',
    of: 'ask_question',
    async play({ begin, call, callAsStranger }) {
      const asked = await call('ask_question', {
        agent_instance_id: await begin(),
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
    name: 'the first answer to a question wins, and the second person is told',
    of: 'write_to_agent',
    async play({ begin, call }) {
      const id = await begin();
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
    name: 'what is deleted is gone until it is restored',
    of: 'delete_agent_instance',
    async play({ begin, call, callAsStranger }) {
      const agent_instance_id = await begin();
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
    name: 'what is ended is among the completed',
    of: 'list_agent_instances',
    async play({ begin, call }) {
      const agent_instance_id = await begin();
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

/** The same scenarios have the same outcomes and the same error codes, whichever way they are run. */
export function surfaceContract(open: () => Surface, isOn: (useCase: string) => boolean): void {
  const play = (): Play => {
    const surface = open();
    const begin = async () => {
      const id = uuidV7.next();
      await surface.call('send_agent_message', { ...STEP, agent_instance_id: id });
      return id;
    };
    return { ...surface, begin };
  };
  describe('same outcomes', () => {
    test.each(scenarios.filter(({ of }) => isOn(of)))('$of: $name', async ({ play: run, expected }) => {
      const outcomes = await run(play());
      expect(outcomes).toHaveLength(expected.length);
      for (const [index, outcome] of outcomes.entries()) {
        const wanted = expected[index] as object;
        if (typeof wanted === 'object') expect(outcome).toMatchObject(wanted);
        else expect(outcome).toBe(wanted);
      }
    });
  });
}
