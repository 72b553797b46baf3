import { DeliveryError } from '../../../ports/notifier.ts';

/** An error that Telegram answered with, as grammY has it. */
interface TelegramError {
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

/** Returns Telegram's own error; null if Telegram did not answer. */
export const telegramErrorOf = (error: unknown): TelegramError | null =>
  error instanceof Error && 'error_code' in error && 'description' in error
    ? (error as Error & TelegramError)
    : null;

/**
 * Says in words what Telegram refused. The error has no cause: grammY's errors hold what was sent, and those
 * of the network hold the bot's token.
 */
export function deliveryErrorOf(error: unknown): DeliveryError {
  const refusal = telegramErrorOf(error);
  if (refusal === null) return new DeliveryError('Telegram could not be reached');
  const { error_code: code, description, parameters } = refusal;
  if (code === 429)
    return new DeliveryError('Telegram wants fewer messages for now', {
      retryAfterMs: parameters?.retry_after === undefined ? null : parameters.retry_after * 1000,
    });
  if (code === 401 || code === 404)
    return new DeliveryError(
      'Telegram does not accept the bot token of this server. Ask who runs the server',
    );
  if (code === 403)
    return final('The bot may not write to this chat: it was blocked or removed', description);
  if (parameters?.migrate_to_chat_id !== undefined)
    return final('This group has a new id in Telegram. Link it again: send /start in it', null);
  if (code === 400 && /chat not found/i.test(description))
    return final('Telegram does not know this chat any more. Link it again: send /start to the bot', null);
  if (code === 400) return final('Telegram refuses the message', description);
  return new DeliveryError(`Telegram has a problem of its own (${code})`);
}

const final = (message: string, reason: string | null): DeliveryError =>
  new DeliveryError(reason === null ? message : `${message} (${reason})`, { isFinal: true });

/** Whether a message cannot be edited because there is nothing left to change. */
export const isNothingToEdit = (error: unknown): boolean =>
  /message is not modified|message to edit not found|message can't be edited/i.test(
    telegramErrorOf(error)?.description ?? '',
  );
