import { expect } from 'vitest';
import type { Outcome, Scenario, Scene } from './surface-scene.ts';

const OPTIONS = {
  options: [{ label: 'Yes, now', value: 'yes', description: 'It takes a minute' }, { label: 'No' }],
};
const SOME_OPTIONS = {
  options: [{ label: 'Unit', value: 'u' }, { label: 'Lint', value: 'l' }, { label: 'Types' }],
  multiple: true,
  min: 1,
  max: 2,
};
const FORM = {
  form: {
    type: 'object',
    properties: { port: { type: 'integer', title: 'Port', maximum: 65_535 }, host: { type: 'string' } },
    required: ['port'],
  },
};

/** Asks, lets the person try these answers, and returns what the person gets, and the agent's next step. */
const tryAnswers =
  (fields: object, answers: readonly object[]) =>
  async ({ startInstance, ask, callAsPerson, step }: Scene): Promise<readonly Outcome[]> => {
    const id = await startInstance();
    const question_id = await ask(id, 'Which?', fields);
    const replies = [];
    for (const answer of answers)
      replies.push(await callAsPerson('answer_question', { question_id, ...answer }));
    return [...replies, await step(id)];
  };

const refused = (message: string) => ({
  code: 'answer_does_not_fit',
  message: expect.stringMatching(`^The answer does not fit the question: ${message}`),
});

/** Questions that offer options or have a form, and their answers. */
export const QUESTION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'an answer by values reaches the agent as the labels, with the values beside it',
    useCase: 'send_agent_message',
    play: tryAnswers(OPTIONS, [{ values: ['yes'], via: 'page' }]),
    expected: [
      { answer: { content: 'Yes, now', answer_to: { values: ['yes'], decided_by: 'person', via: 'page' } } },
      {
        answer: {
          user_feedback: ['Yes, now'],
          outcomes: [{ status: 'answered', values: ['yes'], form: null, decided_by: 'person', via: 'page' }],
        },
      },
    ],
  },
  {
    name: 'an option may be a text: its label, which is then its value',
    useCase: 'send_agent_message',
    async play({ startInstance, ask, callAsPerson, step }) {
      const id = await startInstance();
      const question_id = await ask(id, 'Which?', { options: ['A', { label: 'B', value: 'b' }] });
      const listed = await callAsPerson('list_messages', { agent_instance_id: id, limit: 1 });
      return [listed, await callAsPerson('answer_question', { question_id, values: ['A'] }), await step(id)];
    },
    expected: [
      {
        answer: {
          messages: [
            {
              question: {
                options: [
                  { label: 'A', value: 'A', description: null },
                  { label: 'B', value: 'b', description: null },
                ],
              },
            },
          ],
        },
      },
      { answer: { content: 'A' } },
      { answer: { outcomes: [{ values: ['A'] }] } },
    ],
  },
  {
    name: 'what is wrong with a field of a question is said in words for people',
    useCase: 'send_agent_message',
    async play({ startInstance, tryToAsk }) {
      const id = await startInstance();
      const wrongFields = [
        { options: 'A' },
        { options: [1] },
        { options: [{ value: 'a' }] },
        { options: ['A', 'A'] },
        { expires_in_seconds: 60, on_expiry: 'never' },
        { expires_in_seconds: 60, on_expiry: 'default', default_answer: 5 },
        { expires_in_seconds: 60, on_expiry: 'default', default_answer: { port: { a: 1 } } },
      ];
      return Promise.all(wrongFields.map((fields) => tryToAsk(id, 'Which?', fields)));
    },
    expected: [
      { message: 'options: must be a list' },
      { message: 'options.0: must be a text or an object' },
      { message: 'options.0.label: is required' },
      { message: 'options: must have a different value for each option' },
      { message: 'on_expiry: must be "expire" or "default"' },
      { message: 'default_answer: must be a text, a list or an object' },
      { message: 'default_answer.port: must be a text, a number, true or false or a list' },
    ],
  },
  {
    name: 'a text that is the label of an option chooses it',
    useCase: 'send_agent_message',
    play: tryAnswers(OPTIONS, [{ content: ' Yes, now\n' }]),
    expected: [
      { answer: { answer_to: { values: ['yes'] } } },
      { answer: { outcomes: [{ status: 'answered', values: ['yes'], via: null }] } },
    ],
  },
  {
    name: 'another text answers a question with options, too, and chooses none',
    useCase: 'send_agent_message',
    play: tryAnswers(OPTIONS, [{ content: 'Ask me tomorrow' }]),
    expected: [
      { answer: { content: 'Ask me tomorrow', answer_to: { values: null } } },
      { answer: { user_feedback: ['Ask me tomorrow'], outcomes: [{ status: 'answered', values: null }] } },
    ],
  },
  {
    name: 'a form reaches the agent as a text, with its fields beside it',
    useCase: 'send_agent_message',
    play: tryAnswers(FORM, [{ form: { port: 8081 } }]),
    expected: [
      { answer: { content: expect.stringContaining('8081'), answer_to: { form: { port: 8081 } } } },
      {
        answer: {
          user_feedback: [expect.stringContaining('8081')],
          outcomes: [{ status: 'answered', values: null, form: { port: 8081 } }],
        },
      },
    ],
  },
  {
    name: 'values that do not fit are refused with the reason, and the question stays open',
    useCase: 'send_agent_message',
    play: tryAnswers(OPTIONS, [
      { values: ['Yes, now'] },
      { values: [] },
      { form: { port: 1 } },
      { values: ['No'] },
    ]),
    expected: [
      refused('values must be values of the options: "yes", "No"'),
      refused('values must have exactly 1'),
      refused('form is only for a question with a form'),
      { answer: { content: 'No' } },
      { answer: { outcomes: [{ values: ['No'] }] } },
    ],
  },
  {
    name: 'of several options as many are chosen as the question allows, and the agent gets them in its order',
    useCase: 'send_agent_message',
    play: tryAnswers(SOME_OPTIONS, [
      { values: [] },
      { values: ['u', 'l', 'Types'] },
      { values: ['l', 'l'] },
      { values: ['l', 'u'] },
    ]),
    expected: [
      refused('values must have 1 to 2 of them'),
      refused('values must have 1 to 2 of them'),
      refused('values must have each value once'),
      { answer: { content: 'Unit, Lint' } },
      { answer: { outcomes: [{ values: ['u', 'l'] }] } },
    ],
  },
  {
    name: 'a form that does not fit is refused with its field, and so is a text',
    useCase: 'send_agent_message',
    play: tryAnswers(FORM, [
      { form: { host: 'a' } },
      { form: { port: 65_536 } },
      { content: '8081' },
      { values: ['8081'] },
      { form: { port: 80, host: 'b' } },
    ]),
    expected: [
      refused('form\\.port '),
      refused('form\\.port '),
      refused('content cannot answer a form'),
      refused('values is only for a question with options'),
      { answer: { answer_to: { form: { port: 80, host: 'b' } } } },
      { answer: { outcomes: [{ form: { port: 80, host: 'b' } }] } },
    ],
  },
  {
    name: 'the agent gets the outcome with the answer, as often as it asks',
    useCase: 'ask_question',
    async play({ startInstance, ask, call, callAsPerson }) {
      const question_id = await ask(await startInstance(), 'Deploy?', OPTIONS);
      const read = () => call('ask_question', { question_id, wait_seconds: 0 });
      const pending = await read();
      await callAsPerson('answer_question', { question_id, values: ['yes'] });
      return [pending, await read(), await read()];
    },
    expected: [
      { answer: { status: 'pending', outcome: null } },
      {
        answer: { status: 'answered', answer: 'Yes, now', outcome: { status: 'answered', values: ['yes'] } },
      },
      {
        answer: { status: 'answered', answer: 'Yes, now', outcome: { status: 'answered', values: ['yes'] } },
      },
    ],
  },
  {
    name: 'fields of a question that do not fit each other are refused with the field',
    useCase: 'send_agent_message',
    async play({ startInstance, tryToAsk }) {
      const id = await startInstance();
      const wrongFields = [
        { ...OPTIONS, ...FORM },
        { ...OPTIONS, max: 1 },
        { ...SOME_OPTIONS, max: 4 },
        { options: [{ label: 'a' }, { label: 'b', value: 'a' }] },
        { on_expiry: 'default', expires_in_seconds: 60 },
        { default_answer: 'yes' },
        { on_expiry: 'expire', expires_in_seconds: 60, default_answer: 'yes' },
        { ...OPTIONS, expires_in_seconds: 60, default_answer: ['b'] },
        { expires_in_seconds: 0 },
      ];
      return Promise.all(wrongFields.map((fields) => tryToAsk(id, 'Which?', fields)));
    },
    expected: [
      { code: 'invalid_input', message: 'form: cannot be combined with options' },
      { code: 'invalid_input', message: 'max: needs multiple: true' },
      { code: 'invalid_input', message: 'max: must be 1 to 3, the number of options' },
      { code: 'invalid_input', message: 'options: must have a different value for each option' },
      { code: 'invalid_input', message: 'default_answer: is required with on_expiry "default"' },
      { code: 'invalid_input', message: 'default_answer: needs expires_in_seconds' },
      { code: 'invalid_input', message: 'default_answer: needs on_expiry "default"' },
      {
        code: 'invalid_input',
        message: expect.stringMatching(/^default_answer: must fit the question: values /),
      },
      { code: 'invalid_input', message: 'expires_in_seconds: must be 1 second to 30 days' },
    ],
  },
];
