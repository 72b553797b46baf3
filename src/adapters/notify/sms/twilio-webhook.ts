import { importOptional } from '../chat/optional-package.ts';
import { TWILIO_INSTALL } from './twilio-install.ts';

export interface TwilioWebhookOptions {
  readonly authToken: string;
  /** The address that Twilio calls, exactly as it is entered there, with its query. */
  readonly publicUrl: string;
}

/** An SMS that somebody sent to the number of this server. */
export interface IncomingSms {
  /** The same if Twilio, or somebody who has recorded the request, sends it again. */
  readonly id: string;
  readonly from: string;
  readonly text: string;
}

/** Reads the requests that Twilio makes for incoming messages. */
export interface TwilioWebhook {
  /**
   * Returns the message; null if the request is not from Twilio.
   * @param signature the header `X-Twilio-Signature`.
   * @param body the body as it arrived: `application/x-www-form-urlencoded`.
   */
  read(signature: string | undefined, body: string): IncomingSms | null;
  /** Returns the body of the response, of type `text/xml`, which sends a reply. null: none. */
  responseOf(reply: string | null): string;
}

/** @throws Error if the library is not installed. */
export async function twilioWebhook({ authToken, publicUrl }: TwilioWebhookOptions): Promise<TwilioWebhook> {
  const { default: twilio } = await importOptional('SMS', TWILIO_INSTALL, () => import('twilio'));
  return {
    read(signature, body) {
      const fields = Object.fromEntries(new URLSearchParams(body));
      if (!twilio.validateRequest(authToken, signature ?? '', publicUrl, fields)) return null;
      const { MessageSid: id = '', From: from = '', Body: text = '' } = fields;
      return id === '' ? null : { id, from, text };
    },
    responseOf(reply) {
      const response = new twilio.twiml.MessagingResponse();
      if (reply !== null) response.message(reply);
      return response.toString();
    },
  };
}
