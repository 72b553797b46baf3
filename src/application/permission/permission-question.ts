import { normaliseAnswer, optionFinder } from './chosen-option.ts';
import type { PersonAnswer, PersonQuestion } from './person-question.ts';
import type { SessionGrant } from './session-grant.ts';

/** The person's decision. */
export type Verdict =
  | { readonly kind: 'once' }
  | { readonly kind: 'session' }
  /** Yes, and what the agent suggested with this index. */
  | { readonly kind: 'suggestion'; readonly index: number }
  /** `reason` is null if the person gave none. */
  | { readonly kind: 'no'; readonly reason: string | null };

const YES = 'Yes';
const NO = 'No';

/** The option that covers later calls, too. */
export const sessionOption = ({ name }: SessionGrant): string => `Yes, for this session (every ${name})`;

/** What a yes may cover besides this call. */
export interface MoreThanOnce {
  readonly grant: SessionGrant | null;
  /** What the agent suggests, as the person sees it. Different from each other. */
  readonly suggestions: readonly string[];
}

const optionsFor = ({ grant, suggestions }: MoreThanOnce): string[] => [
  YES,
  ...(grant === null ? [] : [sessionOption(grant)]),
  ...suggestions,
  NO,
];

/** Returns the question for the person. It shows the tool's whole input. */
export function permissionQuestion(tool: string, input: object, more: MoreThanOnce): PersonQuestion {
  const name = tool.replaceAll(/[^\w.:/-]/g, '?').slice(0, 128);
  return {
    text: [`May I use ${name}?`, '', ...inputBlocks(input)].join('\n'),
    options: optionsFor(more).map((label) => ({ label })),
  };
}

/** The names that agents give to the text before and after an edit. */
const EDIT_FIELDS = [
  ['old_string', 'new_string'],
  ['oldString', 'newString'],
  ['old_str', 'new_str'],
] as const;

/** Shows a command as a command, an edit as a diff, and everything else as JSON. */
function inputBlocks(input: object): string[] {
  const fields = input as { readonly [name: string]: unknown };
  const blocks: string[] = [];
  const shown = new Set<string>();
  const show = (names: readonly string[], text: string, language: string): void => {
    blocks.push(codeBlock(text, language));
    for (const name of names) shown.add(name);
  };
  const { command, diff } = fields;
  if (typeof command === 'string') show(['command'], command, 'sh');
  if (typeof diff === 'string') show(['diff'], diff, 'diff');
  for (const names of EDIT_FIELDS) {
    const [before, after] = [fields[names[0]], fields[names[1]]];
    if (typeof before === 'string' && typeof after === 'string')
      show(names, `${prefixed('-', before)}\n${prefixed('+', after)}`, 'diff');
  }
  const rest = Object.entries(fields).filter(([name]) => !shown.has(name));
  if (rest.length > 0 || blocks.length === 0) blocks.push(codeBlock(json(Object.fromEntries(rest)), 'json'));
  return blocks;
}

const prefixed = (sign: string, text: string): string => `${sign}${text.replaceAll('\n', `\n${sign}`)}`;

/** Returns the decision that an answer means. A text that is not an option means no, and is the reason. */
export function parseVerdict({ text, values }: PersonAnswer, more: MoreThanOnce): Verdict {
  const { grant, suggestions } = more;
  const [chosen = text] = values ?? [];
  const typed = normaliseAnswer(chosen);
  const options = optionsFor(more);
  const chosenIndex = optionFinder(options)(chosen);
  const suggestion = suggestions.indexOf(options[chosenIndex] ?? '');
  if (suggestion >= 0) return { kind: 'suggestion', index: suggestion };
  if (options[chosenIndex] === YES || typed === 'y') return { kind: 'once' };
  if (options[chosenIndex] === NO || typed === 'n') return { kind: 'no', reason: null };
  // If no option offered the session, a yes for the session counts for this call only.
  const isForSession = typed === 'yes for this session' || typed === 'yes, for this session';
  if (chosenIndex >= 0 || isForSession) return { kind: grant === null ? 'once' : 'session' };
  return { kind: 'no', reason: text.trim() };
}

const json = (value: object): string => JSON.stringify(value, null, 2);

/**
 * Returns the text as a Markdown code block, with invisible characters escaped. The fence is longer than any
 * run of backticks in the text, so that the text cannot end the block.
 */
function codeBlock(text: string, language: string): string {
  // Control and format characters except line feed and tab, and the separators of lines and paragraphs.
  const visible = text.replaceAll(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, escapeCharacter);
  let longestRun = 2;
  for (const [run] of visible.matchAll(/`+/g)) longestRun = Math.max(longestRun, run.length);
  const fence = '`'.repeat(longestRun + 1);
  return `${fence}${language}\n${visible}\n${fence}`;
}

const escapeCharacter = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;
