import type { SmsReplies } from '../../adapters/koa/rest/sms-reply-route.ts';
import { emailNotifier } from '../../adapters/notify/email/email-notifier.ts';
import { guardedHttp } from '../../adapters/notify/guarded-http/guarded-http.ts';
import { ntfyNotifier } from '../../adapters/notify/ntfy/ntfy-notifier.ts';
import { slackNotifier } from '../../adapters/notify/slack/slack-notifier.ts';
import { telegramNotifier } from '../../adapters/notify/telegram/telegram-notifier.ts';
import { webPushNotifier } from '../../adapters/notify/web-push/web-push-notifier.ts';
import { answerCallback } from '../../adapters/notify/webhook/answer-callback.ts';
import { webhookNotifier } from '../../adapters/notify/webhook/webhook-notifier.ts';
import { aesSecretBox } from '../../adapters/runtime/aes-secret-box.ts';
import { Channels, type MissingChannel } from '../../application/notifications/channels.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { Config } from '../config/config.ts';
import { loadOrCreateNotificationKey, loadOrCreateVapidKeys } from '../config/key-files.ts';
import { openSms } from './sms.ts';

/** The channels of a server, and what has to be mounted for them. */
export interface OpenChannels {
  readonly channels: Channels;
  /** Null: no replies by SMS arrive. */
  readonly smsReplies: SmsReplies | null;
}

/**
 * Makes the channels that the settings ask for. Returns null, after a warning, if there is no place for the
 * key that encrypts their secrets: such a server notifies nobody.
 * @throws Error if the library of a channel is not installed. Its message has the command that installs it.
 */
export async function openChannels(
  { notifications, dataDir, publicUrl }: Pick<Config, 'notifications' | 'dataDir' | 'publicUrl'>,
  logger: Pick<Logger, 'debug' | 'warn'>,
): Promise<OpenChannels | null> {
  const key = notifications.key ?? (await tryToLoad(() => loadOrCreateNotificationKey(dataDir), logger));
  if (key === null) return null;
  const { webPush } = notifications;
  const vapidKeys = webPush.keys ?? (await tryToLoad(() => loadOrCreateVapidKeys(dataDir), logger));
  const { allowPrivateTargets, mail, telegram, slack, twilio } = notifications;
  const send = guardedHttp({ allowPrivateTargets });
  const sms = twilio && (await openSms(twilio, publicUrl, logger));
  const notifiers: readonly (Notifier | null)[] = [
    vapidKeys && webPushNotifier({ vapid: { ...vapidKeys, subject: webPush.subject }, send }),
    ntfyNotifier({ send }),
    mail && emailNotifier(mail),
    telegram === null ? null : await telegramNotifier({ token: telegram, logger }),
    slack && (await slackNotifier({ ...slack, logger })),
    sms?.notifier ?? null,
    webhookNotifier({ send }),
  ];
  const ready = notifiers.filter((notifier) => notifier !== null);
  const missing = MISSING.filter(({ channel }) => !ready.some((notifier) => notifier.channel === channel));
  const channels = new Channels(aesSecretBox(key), ready, { missing, postOutcome: answerCallback(send) });
  return { channels, smsReplies: sms?.replies ?? null };
}

async function tryToLoad<Key>(load: () => Promise<Key>, logger: Pick<Logger, 'warn'>): Promise<Key | null> {
  try {
    return await load();
  } catch (err) {
    logger.warn({ err }, 'people cannot be notified in every way: a key could not be read or made');
    return null;
  }
}

const MISSING: readonly MissingChannel[] = [
  { channel: 'email', title: 'E-mail', hint: 'Start the server with SMTP_URL and MAIL_FROM.' },
  { channel: 'telegram', title: 'Telegram', hint: 'Start the server with TELEGRAM_BOT_TOKEN.' },
  { channel: 'slack', title: 'Slack', hint: 'Start the server with SLACK_BOT_TOKEN and SLACK_APP_TOKEN.' },
  {
    ...{ channel: 'sms', title: 'SMS' },
    hint: 'Start the server with TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM.',
  },
];
