import type { Choice } from '../../src/domain/question/choice.ts';
import type { QuestionForm } from '../../src/domain/question/form.ts';
import type { QuestionShape } from '../../src/domain/question/question-shape.ts';

/** One of the options `Yes` and `No`, whose values are `y` and `n`. */
export const aChoice = (fields: Partial<Choice> = {}): Choice => ({
  options: [
    { label: 'Yes', value: 'y', description: null },
    { label: 'No', value: 'n', description: null },
  ],
  multiple: false,
  min: 1,
  max: 1,
  ...fields,
});

/** A form with one field, `port`. */
export const aForm = (fields: Partial<QuestionForm> = {}): QuestionForm => ({
  type: 'object',
  properties: { port: { type: 'integer' } },
  required: ['port'],
  ...fields,
});

/** What a question asks for that has neither a choice nor a form, unless the test gives one. */
export const aShape = (fields: Partial<QuestionShape> = {}): QuestionShape => ({
  choice: null,
  form: null,
  defaultAnswer: null,
  markup: '',
  ...fields,
});
