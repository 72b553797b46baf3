import type { Context, Middleware } from 'koa';
import { readFormBody } from '../body/form-body.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../http/exchange.ts';
import { HttpError, methodNotAllowed } from '../http/http-error.ts';
import { BASE_PATH } from './route.ts';

/** Takes the SMS that people send to the number of this server. */
export interface SmsReplies {
  /**
   * Answers a question with an SMS, if it is the reply to one.
   * @param signature the header `X-Twilio-Signature`; empty if there is none.
   * @param body the body of the request as it arrived.
   * @returns the XML that tells Twilio what to send back; null if the request is not from Twilio.
   */
  receive(signature: string, body: string): Promise<string | null>;
}

export interface SmsReplyOptions extends ExchangeSettings {
  readonly smsReplies: SmsReplies;
}

export const SMS_REPLY_PATH = `${BASE_PATH}/twilio/messages`;
/** An SMS has at most 1,600 characters, each of which is written as twelve bytes or fewer. */
export const MAX_SMS_BYTES = 64 * 1024;

export const SIGNATURE_HEADER = 'X-Twilio-Signature';

/** Takes SMS from Twilio. The signature of a request is all that it needs. */
export function smsReplyRoute(options: SmsReplyOptions): Middleware {
  const { smsReplies } = options;

  async function handleRequest(ctx: Context): Promise<void> {
    exchangeOf(ctx).routePath = SMS_REPLY_PATH;
    ctx.set('Cache-Control', 'no-store');
    if (ctx.method !== 'POST') throw methodNotAllowed('POST');
    const body = await readFormBody(ctx, MAX_SMS_BYTES);
    const response = await smsReplies.receive(ctx.get(SIGNATURE_HEADER), body);
    if (response === null)
      throw new HttpError('invalid_signature', 'This request has no signature of Twilio for this server');
    ctx.set('Content-Type', 'text/xml; charset=utf-8');
    ctx.body = response;
  }

  return (ctx, next) => (ctx.path === SMS_REPLY_PATH ? runExchange(ctx, options, handleRequest) : next());
}
