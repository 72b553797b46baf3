import * as v from 'valibot';
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_LABEL_LENGTH,
  MAX_OPTIONS,
  MAX_VALUE_LENGTH,
} from '../../domain/question/choice.ts';
import { isBlank } from '../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../domain/text/code-points.ts';
import { cutText } from '../../domain/text/graphemes.ts';
import { joinLines } from '../../domain/text/lines.ts';
import { optionFinder } from './chosen-option.ts';
import type { PersonAnswer, PersonQuestion } from './person-question.ts';

/**
 * The tool with which Claude Code's model asks the person something. Like other tools, it needs a permission
 * to run. The response that permits it also contains the person's answers.
 */
export const ASK_USER_QUESTION = 'AskUserQuestion';

const AGENT_QUESTION = v.object({
  question: v.pipe(v.string(), v.nonEmpty()),
  options: v.array(
    v.object({ label: v.pipe(v.string(), v.nonEmpty()), description: v.optional(v.string()) }),
  ),
  multiSelect: v.optional(v.boolean()),
});
const INPUT = v.object({ questions: v.pipe(v.array(AGENT_QUESTION), v.nonEmpty()) });

export type AgentQuestion = v.InferOutput<typeof AGENT_QUESTION>;

/** Returns the questions in the input of `AskUserQuestion`; null if the input has another form. */
export function parseAgentQuestions(input: object): readonly AgentQuestion[] | null {
  const result = v.safeParse(INPUT, input);
  return result.success ? result.output.questions : null;
}

/** Returns the question as the person gets it. Its values are the labels of the agent's options. */
export function personQuestion({ question, options, multiSelect = false }: AgentQuestion): PersonQuestion {
  const labels = [...new Set(options.map(({ label }) => label))];
  if (labels.length > MAX_OPTIONS || !labels.every(canBeValue)) return asList(question, labels);
  return {
    text: question,
    options: labels.map((label) => {
      const description = options.find((option) => option.label === label)?.description ?? '';
      return {
        label: cut(oneLine(label), MAX_LABEL_LENGTH),
        value: label,
        ...(description.trim() !== '' && { description: cut(oneLine(description), MAX_DESCRIPTION_LENGTH) }),
      };
    }),
    multiple: multiSelect && labels.length > 0,
  };
}

const canBeValue = (label: string): boolean =>
  !isBlank(label) && hasAtMostCodePoints(label, MAX_VALUE_LENGTH);

/** For options that a question cannot offer: they are a list in its text. */
const asList = (question: string, labels: readonly string[]): PersonQuestion => ({
  text: [question, '', ...labels.map((label, index) => `${index + 1}. ${oneLine(label)}`)].join('\n'),
  options: [],
});

/**
 * Returns the person's answer in the form that the agent expects. If the answer has the labels or numbers of
 * options, the labels are returned. Any other text is returned as it is, because the person may answer
 * freely.
 */
export function agentAnswer(
  { options, multiSelect = false }: AgentQuestion,
  { text, values }: PersonAnswer,
): string {
  if (values !== null && options.length > 0) return values.join(', ');
  const find = optionFinder(options.map(({ label }) => oneLine(label)));
  const labelOf = (named: string): string | undefined => options[find(named)]?.label;
  const label = labelOf(text);
  if (label !== undefined || !multiSelect) return label ?? text.trim();
  const chosenLabels = text.split(',').map(labelOf);
  return chosenLabels.includes(undefined) ? text.trim() : [...new Set(chosenLabels)].join(', ');
}

const oneLine = (text: string): string => joinLines(text, ' ').replaceAll(/\s+/g, ' ').trim();

const cut = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : `${cutText(text, maxLength - 1)}…`;
