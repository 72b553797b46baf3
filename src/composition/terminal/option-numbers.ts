import type { ConversationMessage } from '../../adapters/client/client.ts';
import { numberOptions } from './question-lines.ts';

type Options = NonNullable<NonNullable<ConversationMessage['question']>['options']>;

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/**
 * Returns the values of the options that a text names by their numbers: `2`, or `1,3` if several can be
 * chosen. Null if the text is something else.
 * @throws Error if there is no option with a number, or if the number may also mean the text of an option.
 */
export function valuesByNumber(options: Options, multiple: boolean, typed: string): string[] | null {
  const numbers = (multiple ? typed.split(',') : [typed]).map((part) => part.trim());
  if (!numbers.every(isNumber)) return null;
  return numbers.map((number) => valueByNumber(options, number));
}

/** Like `valuesByNumber`, for numbers that can only mean positions. */
export function valuesByPosition(options: Options, typed: readonly string[]): string[] {
  return typed
    .flatMap((text) => text.split(','))
    .map((part) => (options[Number(part.trim()) - 1] ?? throwUnknown(options, part.trim())).value);
}

function valueByNumber(options: Options, number: string): string {
  const byPosition = options[Number(number) - 1];
  const byText =
    options.find(({ value }) => value === number) ?? options.find(({ label }) => label === number);
  const isClear = byPosition === byText || byPosition === undefined || !mayBeConfused(options);
  const option = byText !== undefined && byPosition === undefined ? byText : byPosition;
  if (option === undefined) throwUnknown(options, number);
  if (isClear) return option.value;
  throw new Error(
    `${number} may mean option ${number} (${JSON.stringify(option.label)}) or the text "${number}". ` +
      `Write --option ${number} for the option, or --text ${number} for the text`,
  );
}

/** Whether the text of an option may be taken for the position of an option: 2, 3 and 5. */
const mayBeConfused = (options: Options): boolean =>
  options.some(({ label, value }) =>
    [label, value].some((text) => isNumber(text) && Number(text) >= 1 && Number(text) <= options.length),
  );

function throwUnknown(options: Options, number: string): never {
  throw new Error(`There is no option ${number}. The options are: ${numberOptions(options).join('  ')}`);
}
