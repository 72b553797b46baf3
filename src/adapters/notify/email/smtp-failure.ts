import { cutText } from '../../../domain/text/graphemes.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import { DeliveryError } from '../../../ports/notifier.ts';

const MAX_REPLY_LENGTH = 200;

/** The part of an error of nodemailer that tells what the mail server has said. */
interface SmtpError {
  readonly code?: string;
  /** The SMTP command that was refused. */
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** Commands that are about the recipient and the mail. The others are about this server and its sender. */
const COMMANDS_OF_A_MAIL = ['RCPT TO', 'DATA'];

/** Makes an error for people of what prevented an e-mail. */
export function smtpFailure(error: unknown, signal: AbortSignal): DeliveryError {
  // It may have been accepted all the same. Its Message-ID shows mail programs that the next one is the same.
  if (signal.aborted) return new DeliveryError('The mail server did not answer in time', { cause: error });
  const { code, command = '', response, responseCode = 0 } = error as SmtpError;
  const reply = response === undefined ? '' : `: ${cutText(plainLine(response), MAX_REPLY_LENGTH)}`;
  if (responseCode >= 500 && COMMANDS_OF_A_MAIL.includes(command))
    return new DeliveryError(`The mail server refused this address or the mail${reply}`, {
      ...{ isFinal: true, cause: error },
    });
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new DeliveryError('The mail server did not accept the login of this server (SMTP_URL)', {
      cause: error,
    });
  if (responseCode > 0)
    return new DeliveryError(`The mail server did not take the mail${reply}`, { cause: error });
  return new DeliveryError(`The mail server could not be reached${code ? ` (${code})` : ''}`, {
    cause: error,
  });
}
