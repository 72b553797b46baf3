import * as v from 'valibot';
import { contextField } from '../../../wire/agent-context.ts';
import * as field from '../../../wire/fields.ts';
import {
  hasQuestionFields,
  QUESTION_FIELDS,
  questionEntries,
} from '../../../wire/question/question-fields.ts';

const DAY_SECONDS = 86_400;

/** How long a call may wait for the answer. */
export const waitSeconds = v.pipe(
  v.number(),
  v.minValue(0, 'must be 0 to 86400 seconds'),
  v.maxValue(DAY_SECONDS, 'must be 0 to 86400 seconds'),
);

/** The fields of a question, or of the id of an earlier one. */
export const questionInputEntries = {
  question_text: field.optional(field.content),
  question_id: field.optional(field.id),
  agent_instance_id: field.optional(field.id),
  agent_type: field.optional(field.agentType),
  title: field.optional(field.title),
  context: contextField,
  ...questionEntries,
};

const entriesSchema = v.object(questionInputEntries);

export type QuestionInput = v.InferOutput<typeof entriesSchema>;

/** Checks that the input has either a text or an id. */
export const hasTextOrId = <Input extends QuestionInput>() =>
  v.check<Input, string>(
    ({ question_text, question_id }) => (question_text == null) !== (question_id == null),
    'give either question_text, to ask, or question_id, to go on waiting',
  );

/** Checks that the input describes a question only together with its text. */
export const hasTextForFields = <Input extends QuestionInput>() =>
  v.check<Input, string>(
    (fields) => fields.question_text != null || !hasQuestionFields(fields),
    `${QUESTION_FIELDS.join(', ')} need question_text`,
  );
