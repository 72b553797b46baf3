import { joinLines } from '../../domain/text/lines.ts';
import { plainLine } from '../../domain/text/plain-text.ts';

/** Makes the name of a destination safe to show: one line, without control and formatting characters. */
export const destinationName = (given: string): string => plainLine(joinLines(given, ' '));
