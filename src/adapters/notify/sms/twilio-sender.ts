import type { Twilio } from 'twilio';
import { DeliveryError } from '../../../ports/notifier.ts';
import { importOptional } from '../chat/optional-package.ts';
import { deliveryErrorOf } from './twilio-errors.ts';
import { TWILIO_INSTALL } from './twilio-install.ts';

const TIMEOUT_MS = 20_000;

export interface TwilioAccount {
  /** `AC…` */
  readonly accountSid: string;
  readonly authToken: string;
  /** A number of the account in E.164, or a messaging service: `MG…` */
  readonly from: string;
  /** Where Twilio's API is. @default https://api.twilio.com */
  readonly apiUrl?: string;
}

/** Sends an SMS. */
export type SendSms = (to: string, body: string, signal: AbortSignal) => Promise<void>;

/** @throws Error if the library is not installed, or if the account cannot be one. */
export async function twilioSender({ accountSid, authToken, from, apiUrl }: TwilioAccount): Promise<SendSms> {
  const { default: twilio } = await importOptional('SMS', TWILIO_INSTALL, () => import('twilio'));
  const httpClient = new twilio.RequestClient({ timeout: TIMEOUT_MS });
  if (apiUrl !== undefined) {
    // The library knows no other address than Twilio's own.
    const request = httpClient.request.bind(httpClient);
    httpClient.request = (call) => {
      const { pathname, search } = new URL(call.uri);
      return request({ ...call, uri: new URL(pathname + search, apiUrl).href });
    };
  }
  const client: Twilio = twilio(accountSid, authToken, { httpClient });
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from };
  return async (to, body, signal) => {
    const aborted = () => new DeliveryError('Twilio did not answer in time');
    if (signal.aborted) throw aborted();
    // The library takes no signal, so a request that is late goes on by itself.
    const end = Promise.withResolvers<never>();
    const abort = () => end.reject(aborted());
    signal.addEventListener('abort', abort);
    try {
      await Promise.race([client.messages.create({ ...sender, to, body }), end.promise]);
    } catch (error) {
      throw deliveryErrorOf(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}
