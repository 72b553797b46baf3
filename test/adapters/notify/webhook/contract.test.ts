import { describe, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { webhookNotifier } from '../../../../src/adapters/notify/webhook/webhook-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { startWebhookReceiver } from '../../../support/notify/webhook-receiver.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface WireOption {
  readonly label: string;
}

notifierContract({ describe, test }, async (state) => {
  const receiver = await startWebhookReceiver(state, secret);
  return {
    notifier: webhookNotifier({ send: guardedHttp({ allowPrivateTargets: true }) }),
    settings: { url: `${receiver.url}/hooks/T0ken`, secret },
    arrivals: async () =>
      receiver.events.map(({ id, data: { title, text, url, agent, question } }) => ({
        id,
        text: [title, text, agent?.type, agent?.name, question?.deadline?.default_answer].join('\n'),
        url: url ?? null,
        answers: question?.options.map(({ label }: WireOption) => label) ?? [],
      })),
    close: async () => receiver[Symbol.asyncDispose](),
  };
});
