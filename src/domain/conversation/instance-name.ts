import { cutText } from '../text/graphemes.ts';
import { splitLines } from '../text/lines.ts';
import { withoutUnprintable } from '../text/plain-text.ts';

/** A name has to fit into one line of a list, beside the repository and the branch. */
const MAX_LENGTH = 80;

/** Some agents put a prompt from a command line into quotes. */
const QUOTED = /^"([^"]+)"$/;

/**
 * Makes the name of an instance from the first prompt that a person typed at its agent: the first line in
 * which there is something to read. Null if there is none.
 */
export function nameFromPrompt(prompt: string): string | null {
  const line = splitLines(prompt)
    .map((each) => withoutUnprintable(each).replaceAll(/\s+/g, ' ').trim())
    .find((each) => /[\p{L}\p{N}]/u.test(each));
  if (line === undefined) return null;
  const name = QUOTED.exec(line)?.[1] ?? line;
  return name.length <= MAX_LENGTH ? name : `${cutText(name, MAX_LENGTH - 1).trimEnd()}…`;
}
