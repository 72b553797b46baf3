import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import type { Notifier } from '../../../ports/notifier.ts';
import type { SendRequest } from '../guarded-http/guarded-http.ts';
import { isAccepted, refusedResponse } from '../guarded-http/refused-response.ts';
import { targetUrl } from '../guarded-http/target-url.ts';
import { plainNotice, plainRecall } from '../texts/plain-notice.ts';
import { signatureHeaders, signerOf } from './signature.ts';
import { noticeEvent, overEvent, type WebhookEvent } from './webhook-event.ts';

/** Standard Webhooks recommends 15 to 30 s. */
const TIMEOUT_MS = 15_000;

const SETTINGS: QuestionForm = {
  type: 'object',
  properties: {
    url: {
      ...{ type: 'string', format: 'uri', maxLength: 1000, title: 'Address of the receiver' },
      description: 'It gets a POST for each notification. Any 2xx status accepts it.',
    },
    secret: {
      ...{ type: 'string', maxLength: 200, title: 'Secret' },
      description:
        'Signs each request, so that the receiver knows where it comes from: whsec_ and 24 to 64 random bytes in ' +
        'Base64. This makes one: echo "whsec_$(openssl rand -base64 32)"',
    },
  },
  required: ['url', 'secret'],
};

const ADVICE = { 410: 'The receiver says that this address no longer exists' };

export interface WebhookOptions {
  readonly send: SendRequest;
  /** How long a receiver may take. */
  readonly timeoutMs?: number;
}

/** Delivers to programs, as Standard Webhooks (https://www.standardwebhooks.com) says. */
export function webhookNotifier({ send, timeoutMs = TIMEOUT_MS }: WebhookOptions): Notifier {
  async function post(settings: FormAnswer, event: WebhookEvent, signal: AbortSignal): Promise<void> {
    const url = targetUrl(settings.url);
    const body = JSON.stringify(event.body);
    const headers = {
      'content-type': 'application/json',
      ...signatureHeaders(signerOf(settings.secret), event.id, body),
    };
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await send({ method: 'POST', url, headers, body }, timeout);
    if (!isAccepted(response)) throw refusedResponse(response, url, ADVICE);
  }

  return {
    ...{ channel: 'webhook', title: 'Webhook', kind: null, settings: SETTINGS },
    // A program wants each event, not a summary of several.
    ...{ secretFields: ['secret'], joinsNotices: false },
    hint: 'For programs of your own: enter an address that takes signed requests, and their secret.',

    addressOf({ url, secret }) {
      signerOf(secret);
      const { host, pathname } = targetUrl(url);
      // Many services put a password into the path.
      return pathname === '/' ? host : `${host}/…`;
    },

    async deliver(settings, notice, signal) {
      await post(settings, noticeEvent(plainNotice(notice)), signal);
      // Only a question can be over.
      return notice.question && {};
    },

    recall: (settings, _, recall, signal) =>
      post(settings, overEvent(plainRecall(recall), new Date()), signal),
  };
}
