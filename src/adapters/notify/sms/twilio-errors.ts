import { DeliveryError } from '../../../ports/notifier.ts';

const FINAL: { readonly [code: number]: string } = {
  21211: 'This is not a phone number that exists. Check it',
  21610: 'This phone has refused messages by replying STOP. Send START from it to get them again',
  21614: 'This number cannot get an SMS. Take that of a mobile phone',
};

const OTHER: { readonly [code: number]: string } = {
  20003: 'Twilio does not accept the account of this server. Ask who runs the server',
  20429: 'Twilio wants fewer messages for now',
  21408: 'The Twilio account of this server may not send to this country. Ask who runs the server',
  21608: 'The Twilio account of this server is a trial: it sends only to verified numbers',
};

/**
 * Says in words what Twilio refused. The error has no cause: errors of the network hold the account's secret.
 */
export function deliveryErrorOf(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { code, status } = error as { readonly code?: number | string; readonly status?: number };
  if (typeof code !== 'number') {
    const isAnswer = typeof status === 'number';
    return new DeliveryError(
      isAnswer ? `Twilio has a problem of its own (${status})` : 'Twilio could not be reached',
    );
  }
  const words = FINAL[code];
  if (words !== undefined) return new DeliveryError(words, { isFinal: true });
  return new DeliveryError(
    OTHER[code] ?? `Twilio refuses the message: https://www.twilio.com/docs/errors/${code}`,
  );
}
