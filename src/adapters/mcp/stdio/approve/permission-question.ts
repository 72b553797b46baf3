import { normaliseAnswer, optionFinder } from './chosen-option.ts';
import type { SessionGrant } from './session-grant.ts';

/** The person's decision. */
export type Verdict =
  | { readonly kind: 'once' }
  | { readonly kind: 'session' }
  /** `reason` is null if the person gave none. */
  | { readonly kind: 'no'; readonly reason: string | null };

const YES = 'Yes';
const NO = 'No';
const sessionOption = ({ name }: SessionGrant): string => `Yes, for this session (every ${name})`;

const optionsFor = (grant: SessionGrant | null): string[] =>
  grant === null ? [YES, NO] : [YES, sessionOption(grant), NO];

/**
 * Returns the question for the person, with options to tap. The page takes the first block of options out of
 * the text. The block of this question comes before the tool's input, so a block in the input adds no options
 * and stays visible.
 */
export function permissionQuestion(tool: string, input: object, grant: SessionGrant | null): string {
  const options = optionsFor(grant).map((option, index) => `${index + 1}. ${option}`);
  const name = tool.replaceAll(/[^\w.:/-]/g, '?').slice(0, 128);
  const { command, ...rest } = input as { command?: unknown };
  const parts =
    typeof command === 'string'
      ? [codeBlock(command, 'sh'), ...(Object.keys(rest).length > 0 ? [codeBlock(json(rest), 'json')] : [])]
      : [codeBlock(json(input), 'json')];
  return [`May I use ${name}?`, '[OPTIONS]', ...options, '[/OPTIONS]', '', ...parts].join('\n');
}

/** Returns the decision that an answer means. A text that is not an option means no, and is the reason. */
export function parseVerdict(answer: string, grant: SessionGrant | null): Verdict {
  const text = normaliseAnswer(answer);
  const options = optionsFor(grant);
  const chosenIndex = optionFinder(options)(answer);
  if (options[chosenIndex] === YES || text === 'y') return { kind: 'once' };
  if (options[chosenIndex] === NO || text === 'n') return { kind: 'no', reason: null };
  // If no option offered the session, a yes for the session counts for this call only.
  const isForSession = text === 'yes for this session' || text === 'yes, for this session';
  if (chosenIndex >= 0 || isForSession) return { kind: grant === null ? 'once' : 'session' };
  return { kind: 'no', reason: answer.trim() };
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
