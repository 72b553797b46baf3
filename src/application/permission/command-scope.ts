import { ALLOWED_COMMANDS, type AllowedOptions } from './allowed-commands.ts';

/** Anything but printable ASCII and the line feed. A letter may be invisible, or look like another one. */
const STRANGE_CHARACTER = /[^\n -~]/;

/**
 * One word with the spaces before it. It has only characters that mean nothing to any shell: bash, zsh, fish,
 * cmd and PowerShell. With any other character, a line may be more than one command, or its words may not be
 * what they look like: `*` may become the name of a file that is an option, and in PowerShell `a,b` are two
 * words. Shells replace a `~`, `=` or `@` only at the start of a word. Quotes must stand around the whole
 * word, or around the value of an option.
 */
const WORD =
  / *((?:[\w./+-][\w./:=@+~-]*)|(?:--[\w-]+=)?(?:"[\w./+-][\w./:=@+~ -]*"|'[\w./+-][\w./:=@+~ -]*'))(?= |$)/y;

/**
 * Returns the command of a line, with its subcommand: `ls`, `git log`. Returns null if the line may do more
 * than this command, or if the command is not one of those that a "yes for this session" may cover.
 */
export function commandIn(line: string): string | null {
  if (STRANGE_CHARACTER.test(line)) return null;
  const words = wordsIn(line.trim());
  if (words === null) return null;
  for (const length of [1, 2]) {
    const command = words.slice(0, length).join(' ');
    const allowed = ALLOWED_COMMANDS.get(command);
    if (allowed !== undefined) return hasOnlyOptions(words.slice(length), allowed) ? command : null;
  }
  return null;
}

/** Returns the words of a line, with their quotes; null if they cannot be told apart with certainty. */
function wordsIn(text: string): readonly string[] | null {
  const words: string[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const word = WORD.exec(text)?.[1];
    if (word === undefined) return null;
    words.push(word);
  }
  return words;
}

/**
 * Returns whether all options are allowed. What is inside quotes is checked as if it was not, because cmd
 * knows no single quotes.
 */
const hasOnlyOptions = (words: readonly string[], allowed: AllowedOptions): boolean =>
  words
    .flatMap((word) => word.split(/["' ]/))
    .every((piece) => !piece.startsWith('-') || isAllowed(piece, allowed));

function isAllowed(option: string, { letters, names }: AllowedOptions): boolean {
  if (option === '-' || option === '--') return true;
  if (option.startsWith('--')) return names.has(option.slice(2).split('=', 1)[0]!);
  return [...option.slice(1)].every((letter) => letters.includes(letter) || /\d/.test(letter));
}
