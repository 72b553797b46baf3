import * as v from 'valibot';
import { joinLines } from '../../../../domain/text/lines.ts';
import { optionFinder } from './chosen-option.ts';

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

/**
 * Returns the text of a question as the person sees it: what each option means, then the options to tap.
 * Nothing in the agent's texts adds an option, or takes one away.
 */
export function agentQuestionText({ question, options, multiSelect = false }: AgentQuestion): string {
  if (options.length === 0) return question;
  const descriptions = options
    .filter(({ description = '' }) => description.trim() !== '')
    .map(({ label, description = '' }) => `- **${oneLine(label)}**: ${oneLine(description)}`);
  return [
    ...[question, ...(descriptions.length > 0 ? ['', ...descriptions] : [])].map(withoutMarkers),
    ...(multiSelect ? ['', 'Several answers are possible: write them with commas between.'] : []),
    '',
    '[OPTIONS]',
    ...options.map(({ label }, index) => `${index + 1}. ${shownLabel(label)}`),
    '[/OPTIONS]',
  ].join('\n');
}

/**
 * Returns the person's answer in the form that the agent expects. If the answer has the labels or numbers of
 * options, the labels are returned. Any other text is returned as it is, because the person may answer
 * freely.
 */
export function agentAnswer({ options, multiSelect = false }: AgentQuestion, answer: string): string {
  const find = optionFinder(options.map(({ label }) => withoutJoiners(oneLine(label))));
  const labelOf = (text: string): string | undefined => options[find(withoutJoiners(text))]?.label;
  const label = labelOf(answer);
  if (label !== undefined || !multiSelect) return label ?? answer.trim();
  const chosenLabels = answer.split(',').map(labelOf);
  return chosenLabels.includes(undefined) ? answer.trim() : [...new Set(chosenLabels)].join(', ');
}

const oneLine = (text: string): string => joinLines(text, ' ').replaceAll(/\s+/g, ' ').trim();

/** Unicode's combining grapheme joiner: invisible, and neither white space nor a control character. */
const JOINER = '\u034f';

/** Puts a joiner into each marker of a block of options, so that it stays a text. */
const withoutMarkers = (text: string): string => text.replaceAll(/\[(?=\/?OPTIONS\])/gi, `[${JOINER}`);

/** A number in a label would begin the next option: `1. Use v1 2. next`. */
const shownLabel = (label: string): string =>
  withoutMarkers(oneLine(label)).replaceAll(/(?<=^| )\d+(?=[.)] )/g, `$&${JOINER}`);

const withoutJoiners = (text: string): string => text.replaceAll(JOINER, '');
