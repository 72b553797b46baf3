import { joinLines, splitLines } from '../text/lines.ts';
import { type OptionMarker, optionMarkerAt } from './option-marker.ts';

/** An option while its lines are read. */
interface ListedOption {
  readonly marker: OptionMarker;
  readonly indentation: number;
  /** The text after the marker, and the lines that belong to it. */
  readonly lines: string[];
  /** Whether a list of the same style is below it. The numbers of that list are not numbers of options. */
  hasListBelow: boolean;
}

/** A line, and the same line with its code masked: a number in code begins no option. */
type Line = readonly [text: string, visible: string];

/**
 * Returns the text of each option in a list, in one line. Lines that begin no option belong to the option
 * before them. An option may be empty or come twice.
 * @param list what is between `[OPTIONS]` and `[/OPTIONS]`.
 * @param visible the list as `maskQuotes` returns it.
 */
export function readOptionTexts(list: string, visible: string): string[] {
  const visibleLines = splitLines(visible);
  const lines = splitLines(list)
    .map((text, index): Line => [text, visibleLines[index]!])
    .filter(([text]) => text.trim() !== '');
  const options: ListedOption[] = [];
  for (const line of lines.length === 1 ? splitNumbers(lines[0]!) : lines) addLine(options, line);
  return options.map(textOf);
}

function addLine(options: ListedOption[], [text, visible]: Line): void {
  const start = text.search(/\S/);
  const marker = optionMarkerAt(visible, start);
  const indentation = text.slice(0, start).replaceAll('\t', '    ').length;
  if (marker !== null && beginsOption(options, marker, indentation)) {
    options.push({ marker, indentation, lines: [text.slice(marker.end)], hasListBelow: false });
    return;
  }
  const option = options.at(-1);
  if (option === undefined) return;
  option.lines.push(text);
  if (marker?.style === option.marker.style) option.hasListBelow = true;
}

/**
 * A list below an option is indented more than the first option, or has another style. A number that only
 * continues is an option however it is indented, unless it continues the list below.
 */
function beginsOption(options: readonly ListedOption[], marker: OptionMarker, indentation: number): boolean {
  const first = options[0];
  const last = options.at(-1);
  if (first === undefined || last === undefined) return true;
  if (marker.style !== first.marker.style) return false;
  return indentation <= first.indentation || (!last.hasListBelow && follows(marker, last.marker));
}

const follows = (marker: OptionMarker, previous: OptionMarker): boolean =>
  marker.number !== null && previous.number !== null && marker.number === previous.number + 1;

/**
 * Splits `1. Yes 2. No` into two lines. A number begins an option only if it is one higher than the number
 * before it, and looks like it.
 */
function splitNumbers([text, visible]: Line): Line[] {
  const starts = [text.search(/\S/)];
  let last = optionMarkerAt(visible, starts[0]!);
  for (const { index } of visible.matchAll(/(?<=\s)\S/g)) {
    const marker = optionMarkerAt(visible, index);
    if (marker === null || last === null || marker.style !== last.style || !follows(marker, last)) continue;
    starts.push(index);
    last = marker;
  }
  return starts.map((start, index): Line => {
    const end = starts[index + 1];
    return [text.slice(start, end), visible.slice(start, end)];
  });
}

function textOf({ marker, lines }: ListedOption): string {
  const text = joinLines(lines.join('\n'), ' ').trim();
  return withoutEmphasis(marker.isBoldOpen ? text.replace('**', '').trim() : text);
}

/** A button shows no Markdown. `__` stays, because names such as `__init__` have it. */
function withoutEmphasis(text: string): string {
  const emphasised = /^\*\*(?!\s)(.+)(?<!\s)\*\*$/s.exec(text)?.[1];
  return emphasised === undefined || emphasised.includes('**') ? text : emphasised;
}
