/**
 * Finds the option that an answer names: by its text, by its number, or by both. Letter case, white space and
 * a full stop at the end do not count.
 * @returns the index of the option; -1 when the answer is another text.
 */
export function findChosenOption(options: readonly string[], answer: string): number {
  const text = normaliseAnswer(answer);
  return options.findIndex((option, index) =>
    [normaliseAnswer(option), `${index + 1}`, normaliseAnswer(`${index + 1}. ${option}`)].includes(text),
  );
}

export const normaliseAnswer = (text: string): string =>
  withoutFinalMarks(text.trim()).replaceAll(/\s+/g, ' ').toLowerCase();

/** A regular expression would search again from each of thousands of full stops. */
function withoutFinalMarks(text: string): string {
  let end = text.length;
  while (end > 0 && '.!'.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}
