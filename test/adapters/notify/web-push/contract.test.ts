import { describe, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import type { PushMessage } from '../../../../src/adapters/notify/web-push/push-message.ts';
import { newVapidKeys, webPushNotifier } from '../../../../src/adapters/notify/web-push/web-push-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import type { Arrival } from '../../../../src/contracts/notifier/open-notifier.ts';
import { PushService, type ReceivedPush } from '../../../support/notify/push-service.ts';

const STATUSES = { works: 201, broken: 500, refuses: 410, silent: null, unreachable: 201 } as const;

describe('web push', () =>
  notifierContract({ describe, test }, async (state) => {
    const service = await PushService.start();
    const settings = { subscription: service.subscription };
    const status = STATUSES[state];
    service.response = status === null ? null : { status };
    if (state === 'unreachable') await service[Symbol.asyncDispose]();
    return {
      notifier: webPushNotifier({
        vapid: { ...newVapidKeys(), subject: 'mailto:operator@example.com' },
        send: guardedHttp({ allowPrivateTargets: true }),
      }),
      settings,
      arrivals: async () => service.received.map(toArrival),
      close: async () => {
        if (state !== 'unreachable') await service[Symbol.asyncDispose]();
      },
    };
  }));

function toArrival({ message, headers }: ReceivedPush): Arrival {
  const { title, body, hash, options } = message as unknown as PushMessage;
  return {
    id: headers.topic!,
    text: `${title}\n${body}`,
    url: `https://dashboard.example/${hash}`,
    answers: options.map(({ label }) => label),
  };
}
