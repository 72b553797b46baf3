import { subjectOf } from '../../application/permission/tool-subject.ts';
import { cutText } from '../../domain/text/graphemes.ts';
import { joinLines } from '../../domain/text/lines.ts';
import type { ToolUse } from './agent-event.ts';

const MAX_LENGTH = 300;

/** Returns one line about a use of a tool. */
export function toolLine({ tool, input }: ToolUse, failure: string | null): string {
  const subject = subjectOf(input);
  const what = subject === '' ? tool : `${tool}: ${subject}`;
  return oneLine(failure === null ? what : `Failed (${cutText(oneLine(failure), 100)}): ${what}`);
}

const oneLine = (text: string): string => cut(joinLines(text, ' ').replaceAll(/\s+/g, ' ').trim());

const cut = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${cutText(text, MAX_LENGTH - 1)}…`;

/** Tools that change files, by the names that coding agents have for them. */
const EDIT_TOOL = /edit|write|replace|patch|create|insert/i;

export const isEdit = ({ tool }: ToolUse): boolean => EDIT_TOOL.test(tool);
