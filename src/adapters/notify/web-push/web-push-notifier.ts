import { createHash } from 'node:crypto';
import webPush from 'web-push';
import type { FormAnswer } from '../../../domain/question/form.ts';
import { DeliveryError, type Notice, type Notifier, type Recall } from '../../../ports/notifier.ts';
import { deliveryId } from '../texts/delivery-id.ts';
import { plainNotice, plainRecall } from '../texts/plain-notice.ts';
import { type PushRequest, type PushSender, sendPush } from './send-push.ts';
import { parseSubscription, serviceOf } from './subscription.ts';
import { type Receipt, toOverMessage, toPushMessage } from './to-push-message.ts';

/** The key pair by which push services recognise this server (RFC 8292). Both are base64url. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Makes the keys of a server. With other keys, all browsers have to subscribe again. */
export const newVapidKeys = (): VapidKeys => webPush.generateVAPIDKeys();

const DAY_S = 24 * 60 * 60;
/** Push services keep nothing longer. */
const MAX_TTL_S = 28 * DAY_S;

/** Shows notifications in browsers, also while the page is closed. */
export function webPushNotifier(sender: PushSender): Notifier {
  const send = (settings: FormAnswer, request: PushRequest, signal: AbortSignal) =>
    sendPush(sender, parseSubscription(settings.subscription), request, signal);
  return {
    channel: 'webpush',
    title: 'Browser',
    kind: 'push',
    hint: 'Open this page in the browser that shall notify you, and turn notifications on there.',
    publicKey: sender.vapid.publicKey,
    settings: {
      type: 'object',
      properties: {
        subscription: {
          ...{ type: 'string', title: 'Subscription', maxLength: 4_000 },
          description: 'The PushSubscription of the browser as JSON. The page fills it in',
        },
      },
      required: ['subscription'],
    },
    secretFields: ['subscription'],
    joinsNotices: true,

    addressOf: ({ subscription }) => serviceOf(parseSubscription(subscription)),

    async deliver(settings, notice, signal) {
      const message = toPushMessage(plainNotice(notice));
      const topic = topicOf(notice);
      const isUrgent = notice.event !== 'step' && notice.event !== 'ended';
      await send(settings, { message, topic, isUrgent, ttlSeconds: ttlOf(notice) }, signal);
      const isSeveral = notice.event === 'several';
      if (notice.event !== 'question' && !isSeveral) return null;
      return { tag: message.tag, hash: message.hash, topic, isSeveral } satisfies Receipt;
    },

    async recall(settings, receipt, recall: Recall, signal) {
      const delivered = receipt as unknown as Receipt;
      // With the topic of the notice, it also replaces a notice that waits for a browser without a network.
      const request = { topic: delivered.topic, isUrgent: false, ttlSeconds: DAY_S };
      const message = toOverMessage(plainRecall(recall), delivered);
      await send(settings, { ...request, message }, signal).catch((error: unknown) => {
        // Nothing is left to take back in a browser that has ended its subscription.
        if (!(error instanceof DeliveryError && error.isFinal)) throw error;
      });
    },
  };
}

/** How long a push service keeps the message for a browser without a network. */
function ttlOf({ question }: Notice): number {
  const { deadline = null } = question ?? {};
  if (deadline === null) return DAY_S;
  return Math.min(MAX_TTL_S, Math.max(1, Math.floor((deadline.at.getTime() - Date.now()) / 1000)));
}

/** A push service keeps only the last message of each topic: at most 32 characters of base64url. */
const topicOf = (notice: Notice): string =>
  createHash('sha256').update(deliveryId(notice)).digest('base64url').slice(0, 32);
