import { describe, expect, test } from 'vitest';
import { askQuestion } from '../../../../../src/application/use-cases/agent/question/ask-question.ts';
import { QUESTION_FIELDS } from '../../../../../src/application/wire/question/question-fields.ts';
import { instanceIdOf, messageIdOf, NOW } from '../../../../support/builders.ts';
import { aForm } from '../../../../support/question-builders.ts';
import { InMemoryApplication, refusal } from '../../../in-memory-application.ts';

const options = [{ label: 'Yes' }, { label: 'No' }];
/** A value that each field may have, if the other fields fit. */
const VALUES: { readonly [field in (typeof QUESTION_FIELDS)[number]]: unknown } = {
  options,
  multiple: true,
  min: 1,
  max: 2,
  form: aForm(),
  expires_in_seconds: 60,
  on_expiry: 'expire',
  default_answer: 'Yes',
  supersedes: messageIdOf(1),
};

const ask = (application: InMemoryApplication, fields: object) =>
  application.step({ content: 'Deploy?', requires_user_input: true, ...fields });

describe('the fields of a question', () => {
  test.each(QUESTION_FIELDS)('include %s, which is refused for a step', async (name) => {
    const application = new InMemoryApplication();
    const refused = await refusal(application.step({ [name]: VALUES[name] }));
    expect(refused).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('need requires_user_input: true'),
    });
    expect((await application.stored()).instance).toBeNull();
  });

  test.each(QUESTION_FIELDS)('include %s, which is refused for an earlier question', async (name) => {
    const application = new InMemoryApplication();
    const { message_id: question_id } = await ask(application, {});
    const refused = await refusal(application.call(askQuestion, { question_id, [name]: VALUES[name] }));
    expect(refused).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('need question_text'),
    });
  });

  test('are stored with the question', async () => {
    const application = new InMemoryApplication();
    const { message_id: earlier } = await ask(application, { content: 'Deploy now?' });
    const { message_id } = await ask(application, {
      options,
      multiple: true,
      max: 1,
      expires_in_seconds: 60,
      on_expiry: 'default',
      default_answer: ['No'],
      supersedes: earlier,
    });
    expect((await application.stored(message_id, earlier)).messages).toMatchObject([
      {
        question: {
          choice: { options: [{ value: 'Yes' }, { value: 'No' }], multiple: true, min: 0, max: 1 },
          defaultAnswer: { values: ['No'] },
        },
        expiresAt: new Date(NOW.getTime() + 60_000),
      },
      { questionStatus: 'withdrawn' },
    ]);
  });

  test('fit ask_question as well', async () => {
    const application = new InMemoryApplication();
    const asked = await application.call(askQuestion, {
      agent_instance_id: instanceIdOf(1),
      agent_type: 'claude-code',
      question_text: 'Deploy?',
      form: aForm(),
      expires_in_seconds: 60,
      wait_seconds: 0,
    });
    expect((await application.stored(asked.question_id)).messages).toMatchObject([
      { question: { form: aForm() }, expiresAt: new Date(NOW.getTime() + 60_000) },
    ]);
  });
});

const label = (length: number) => 'x'.repeat(length);
const many = (count: number) => Array.from({ length: count }, (_, nth) => ({ label: `${nth}` }));

describe('a question is refused, and the field named, with', () => {
  test.each<[string, object, string]>([
    ['no options', { options: [] }, 'options'],
    ['31 options', { options: many(31) }, 'options'],
    ['two options of one value', { options: [{ label: 'A', value: 'B' }, { label: 'B' }] }, 'options'],
    ['an option without a label', { options: [{ value: 'x' }] }, 'options.0.label'],
    ['a blank label', { options: [{ label: 'A' }, { label: ' ' }] }, 'options.1.label'],
    ['a label of 201 characters', { options: [{ label: label(201) }] }, 'options.0.label'],
    ['a blank value', { options: [{ label: 'A', value: '' }] }, 'options.0.value'],
    ['a value of 1,001 characters', { options: [{ label: 'A', value: label(1_001) }] }, 'options.0.value'],
    [
      'a description of 1,001 characters',
      { options: [{ label: 'A', description: label(1_001) }] },
      'options.0.description',
    ],
    ['a number that is negative', { options, multiple: true, min: -1 }, 'min'],
    ['a number that is not whole', { options, multiple: true, max: 1.5 }, 'max'],
    ['a deadline that is over', { expires_in_seconds: 0 }, 'expires_in_seconds'],
    ['a deadline within a second', { expires_in_seconds: 1.5 }, 'expires_in_seconds'],
    ['a deadline after 30 days', { expires_in_seconds: 30 * 86_400 + 1 }, 'expires_in_seconds'],
    ['an unknown end', { expires_in_seconds: 60, on_expiry: 'wait' }, 'on_expiry'],
    [
      'a number as default',
      { expires_in_seconds: 60, on_expiry: 'default', default_answer: 4 },
      'default_answer',
    ],
    ['fields that do not fit each other', { options, min: 1 }, 'min'],
  ])('%s', async (_, fields, path) => {
    const refused = await refusal(ask(new InMemoryApplication(), fields));
    expect(refused).toMatchObject({ code: 'invalid_input', issues: [{ path }] });
  });

  test.each([
    ['is malformed', 'x', 'invalid_id'],
    ['is unknown', messageIdOf(77), 'question_not_found'],
  ])('an earlier question whose id %s', async (_, supersedes, code) => {
    const application = new InMemoryApplication();
    await application.step();
    expect(await refusal(ask(application, { supersedes }))).toMatchObject({ code, field: 'supersedes' });
  });

  test.each([
    ['30 options', { options: many(30) }],
    [
      'the longest texts, counted in code points',
      {
        options: [
          { label: '\u{1F600}'.repeat(200), value: label(1_000), description: '\u{1F600}'.repeat(1_000) },
        ],
      },
    ],
    ['a deadline in 30 days', { expires_in_seconds: 30 * 86_400 }],
  ])('but not with %s', async (_, fields) => {
    expect(await ask(new InMemoryApplication(), fields)).toMatchObject({ success: true });
  });
});
