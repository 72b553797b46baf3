import { cutText } from '../../domain/text/graphemes.ts';
import { joinLines } from '../../domain/text/lines.ts';
import { sessionOption } from './permission-question.ts';
import type { SessionGrant } from './session-grant.ts';
import { subjectOf } from './tool-subject.ts';

const MAX_LENGTH = 300;

/** A step that says what a remembered permission has allowed. The page shows it as a quiet line. */
export interface RememberedPermissionStep {
  readonly content: string;
  readonly message_metadata: { readonly permission: 'remembered'; readonly use: string };
}

/**
 * Returns the step that says that a "yes for this session" has allowed this call, so that nobody was asked.
 * @param use an id of its own for each call. Without it, the step of an equal call would count as a retry.
 */
export function rememberedPermissionStep(
  tool: string,
  input: object,
  grant: SessionGrant,
  use: string,
): RememberedPermissionStep {
  const subject = subjectOf(input);
  const what = subject === '' ? tool : `${tool}: ${subject}`;
  return {
    content: oneLine(`Allowed by “${sessionOption(grant)}”. ${what}`),
    message_metadata: { permission: 'remembered', use },
  };
}

/** What the tool is used on may have any characters. A store keeps neither NUL nor half a surrogate pair. */
function oneLine(text: string): string {
  const line = joinLines(text.replaceAll('\0', '').toWellFormed(), ' ').replaceAll(/\s+/g, ' ').trim();
  return line.length <= MAX_LENGTH ? line : `${cutText(line, MAX_LENGTH - 1)}…`;
}
