import { DeliveryError } from '../../../ports/notifier.ts';

const FINAL: { readonly [error: string]: string } = {
  channel_not_found: 'Slack does not know this channel or person, or the app may not see it. Check the id',
  not_in_channel: 'The app is not in this channel. Invite it there: /invite @…',
  is_archived: 'This channel is archived. Choose another',
  user_not_found: 'Slack does not know this person. Check the id',
  user_disabled: 'This person is not active in Slack any more',
  restricted_action: 'The workspace does not let the app write in this channel',
  invalid_auth: 'Slack does not accept the bot token of this server. Ask who runs the server',
  token_revoked: 'The bot token of this server was revoked. Ask who runs the server',
  account_inactive: 'The app was removed from the workspace. Ask who runs the server',
  missing_scope: 'The app lacks a scope in Slack: chat:write. Ask who runs the server',
};

/** The parts of the errors of @slack/web-api that matter here. */
interface SlackFailure {
  readonly code?: string;
  readonly data?: { readonly error?: string; readonly response_metadata?: { readonly retryAfter?: number } };
  readonly retryAfter?: number;
}

/** Returns the name of Slack's own error; null if Slack did not answer. */
export const slackErrorOf = (error: unknown): string | null =>
  (error as SlackFailure | undefined)?.data?.error ?? null;

/** Says in words what Slack refused. The error has no cause: that holds what was sent. */
export function deliveryErrorOf(error: unknown): DeliveryError {
  const { code, data, retryAfter: seconds = data?.response_metadata?.retryAfter } = error as SlackFailure;
  const name = slackErrorOf(error);
  if (code === 'slack_webapi_rate_limited_error' || name === 'ratelimited' || name === 'rate_limited')
    return new DeliveryError('Slack wants fewer messages for now', {
      retryAfterMs: seconds === undefined ? null : seconds * 1000,
    });
  if (name === null) return new DeliveryError('Slack could not be reached');
  const words = FINAL[name];
  if (words !== undefined) return new DeliveryError(words, { isFinal: true });
  return new DeliveryError(`Slack refuses the message: ${name}`);
}

/** Whether a message cannot be changed any more, because it is gone or too old. */
export const isNothingToUpdate = (error: unknown): boolean =>
  ['message_not_found', 'cant_update_message', 'edit_window_closed'].includes(slackErrorOf(error) ?? '');
