/**
 * Returns a function that finds the option that an answer names: by its text, by its number, or by both.
 * Letter case, white space and a full stop at the end do not count. The function returns the index of the
 * option; -1 when the answer is another text. The options are read once: an answer may have many parts.
 */
export function optionFinder(options: readonly string[]): (answer: string) => number {
  const indexes = new Map<string, number>();
  for (const [index, option] of options.entries()) {
    const number = `${index + 1}`;
    for (const name of [normaliseAnswer(option), number, normaliseAnswer(`${number}. ${option}`)])
      if (!indexes.has(name)) indexes.set(name, index);
  }
  return (answer) => indexes.get(normaliseAnswer(answer)) ?? -1;
}

export const normaliseAnswer = (text: string): string =>
  withoutFinalMarks(text.trim()).replaceAll(/\s+/g, ' ').toLowerCase();

/** A regular expression would search again from each of thousands of full stops. */
function withoutFinalMarks(text: string): string {
  let end = text.length;
  while (end > 0 && '.!'.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}
