import type { PermissionScope } from './permission-scope.ts';

/** What the person has decided. */
export type Verdict =
  | { readonly kind: 'once' }
  | { readonly kind: 'session' }
  /** Null: without saying why. */
  | { readonly kind: 'no'; readonly reason: string | null };

const YES = 'Yes';
const NO = 'No';
const forSession = ({ name }: PermissionScope): string => `Yes, for this session (every ${name})`;

const optionsFor = (scope: PermissionScope | null): string[] =>
  scope === null ? [YES, NO] : [YES, forSession(scope), NO];

/**
 * The question for the person, with options to tap. These come before the input: a reader takes the first
 * options that it finds, and what the input says of itself must neither look like some nor be hidden by them.
 */
export function permissionQuestion(tool: string, input: object, scope: PermissionScope | null): string {
  const options = optionsFor(scope).map((option, at) => `${at + 1}. ${option}`);
  const name = tool.replaceAll(/[^\w.:/-]/g, '?').slice(0, 128);
  const { command, ...rest } = input as { command?: unknown };
  const parts =
    typeof command === 'string'
      ? [fenced(command, 'sh'), ...(Object.keys(rest).length > 0 ? [fenced(json(rest), 'json')] : [])]
      : [fenced(json(input), 'json')];
  return [`May I use ${name}?`, '[OPTIONS]', ...options, '[/OPTIONS]', '', ...parts].join('\n');
}

/** What an answer means. What is none of the options is a no, and the reason for it. */
export function verdictOf(answer: string, scope: PermissionScope | null): Verdict {
  const said = plain(answer);
  const options = optionsFor(scope);
  const chosen = options.findIndex((option, at) =>
    [plain(option), `${at + 1}`, plain(`${at + 1}. ${option}`)].includes(said),
  );
  if (options[chosen] === YES || said === 'y') return { kind: 'once' };
  if (options[chosen] === NO || said === 'n') return { kind: 'no', reason: null };
  // Where the session was not among the options, it is this once.
  const isForSession = said === 'yes for this session' || said === 'yes, for this session';
  if (chosen >= 0 || isForSession) return { kind: scope === null ? 'once' : 'session' };
  return { kind: 'no', reason: answer.trim() };
}

const plain = (text: string): string =>
  text
    .trim()
    .replace(/[.!]+$/, '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();

const json = (value: object): string => JSON.stringify(value, null, 2);

/** Nothing in the text can end the block early, and nothing in it is invisible. */
function fenced(text: string, language: string): string {
  const visible = text.replaceAll(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, escaped);
  const longest = Math.max(2, ...Array.from(visible.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${visible}\n${fence}`;
}

const escaped = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;
