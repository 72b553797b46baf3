import { SMS_REPLY_PATH, type SmsReplies } from '../../adapters/koa/rest/sms-reply-route.ts';
import { type SmsNotifier, smsNotifier } from '../../adapters/notify/sms/sms-notifier.ts';
import type { TwilioAccount } from '../../adapters/notify/sms/twilio-sender.ts';
import { twilioWebhook } from '../../adapters/notify/sms/twilio-webhook.ts';
import type { Logger } from '../../ports/runtime.ts';
import { isLoopback } from '../config/loopback.ts';

/** The channel for SMS, and what arrives for it. */
export interface Sms {
  readonly notifier: SmsNotifier;
  /** Null: Twilio cannot reach this server, so messages ask for no reply. */
  readonly replies: SmsReplies | null;
}

/**
 * Makes the channel for SMS. Twilio signs the address that it calls, so replies need a `publicUrl`. It has to
 * be https: otherwise others could read the replies on their way.
 * @throws Error if the library of Twilio is not installed. Its message has the command that installs it.
 */
export async function openSms(
  account: TwilioAccount,
  publicUrl: string | null,
  logger: Pick<Logger, 'warn'>,
): Promise<Sms> {
  const receivesReplies = publicUrl !== null && isReachable(new URL(publicUrl));
  const notifier = await smsNotifier({ ...account, receivesReplies, logger });
  if (!receivesReplies) return { notifier, replies: null };
  const { authToken } = account;
  const webhook = await twilioWebhook({ authToken, publicUrl: publicUrl + SMS_REPLY_PATH });
  return {
    notifier,
    replies: {
      async receive(signature, body) {
        const sms = webhook.read(signature, body);
        return sms && webhook.responseOf(await notifier.receiveSms(sms));
      },
    },
  };
}

const isReachable = ({ protocol, hostname }: URL): boolean => protocol === 'https:' && !isLoopback(hostname);
