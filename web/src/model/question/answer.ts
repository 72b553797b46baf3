import type { AnswerContent } from '../../../../src/domain/question/answer-content.ts';
import { type FittingAnswer, fitAnswer } from '../../../../src/domain/question/fit-answer.ts';
import type { Message, QuestionShape } from '../wire.ts';

/**
 * Returns an answer as the server will store it, so that the page can show it before the server has it.
 * @throws AnswerMismatchError if the answer does not fit the question
 */
export const answerTo = ({ question }: Message, answer: AnswerContent): FittingAnswer =>
  fitAnswer(question ? shapeOf(question) : null, answer);

/** Returns the default answer of a question as a text; null if it has none. */
export function defaultAnswerText({ question }: Message): string | null {
  const answer = question?.default_answer ?? null;
  if (question == null || answer === null) return null;
  if (typeof answer === 'string') return answer;
  const content = isValues(answer) ? { values: answer } : { form: answer };
  return fitAnswer(shapeOf(question), content).content;
}

const isValues = (answer: object): answer is readonly string[] => Array.isArray(answer);

const shapeOf = ({ options, multiple, min, max, form }: QuestionShape) => ({
  choice: options === null ? null : { options, multiple, min, max },
  form,
  defaultAnswer: null,
  markup: '',
});
