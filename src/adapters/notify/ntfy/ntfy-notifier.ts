import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import { DeliveryError, type Notifier } from '../../../ports/notifier.ts';
import type { SendRequest } from '../guarded-http/guarded-http.ts';
import { isAccepted, refusedResponse } from '../guarded-http/refused-response.ts';
import { plainNotice, plainRecall } from '../texts/plain-notice.ts';
import { type NtfyMessage, ntfyMessage, ntfyOutcome } from './ntfy-message.ts';
import { shownTopic, type Topic, topicOf } from './topic.ts';

const SETTINGS: QuestionForm = {
  type: 'object',
  properties: {
    url: {
      ...{ type: 'string', format: 'uri', maxLength: 500, title: 'Address of the topic' },
      description:
        'For example https://ntfy.sh/my-topic. Whoever knows the name of a topic can read it, so choose one that ' +
        'nobody can guess.',
    },
    token: {
      ...{ type: 'string', maxLength: 200, title: 'Access token' },
      description: 'Only if the server asks for one. It begins with tk_.',
    },
  },
  required: ['url'],
};

/** What a header can have after `Bearer`. */
const TOKEN = /^[\x21-\x7e]*$/;

const REFUSED = 'Check the access token, and that it may write to this topic';
const NO_NTFY = 'Check the address: this does not seem to be an ntfy server';
const ADVICE = { 401: REFUSED, 403: REFUSED, 404: NO_NTFY, 405: NO_NTFY };

/** Delivers to the ntfy app, through ntfy.sh or an ntfy server of one's own. */
export function ntfyNotifier({ send }: { readonly send: SendRequest }): Notifier {
  /** @returns what the server says of the message. */
  async function publish(
    { server }: Topic,
    { token }: FormAnswer,
    message: NtfyMessage,
    signal: AbortSignal,
  ): Promise<string> {
    const headers = { 'content-type': 'application/json', ...authorization(token) };
    const body = JSON.stringify(message);
    const response = await send({ method: 'POST', url: server, headers, body }, signal);
    if (!isAccepted(response)) throw refusedResponse(response, server, ADVICE);
    return response.text;
  }

  return {
    ...{ channel: 'ntfy', title: 'ntfy', kind: 'push', settings: SETTINGS },
    ...{ secretFields: ['token'], joinsNotices: true },
    hint: 'Subscribe to a topic in the ntfy app, and enter its address here.',

    addressOf({ url, token = '' }) {
      if (!TOKEN.test(String(token)))
        throw new DeliveryError('The access token must have no spaces, line breaks or letters with accents', {
          isFinal: true,
        });
      return shownTopic(topicOf(url));
    },

    async deliver(settings, notice, signal) {
      const topic = topicOf(settings.url);
      const message = ntfyMessage(topic, plainNotice(notice));
      const published = await publish(topic, settings, message, signal);
      return knowsSequence(published, message) ? { sequenceId: message.sequence_id } : null;
    },

    async recall(settings, { sequenceId }: JsonObject, recall, signal) {
      const topic = topicOf(settings.url);
      await publish(topic, settings, ntfyOutcome(topic, String(sequenceId), plainRecall(recall)), signal);
    },
  };
}

const authorization = (token: FormAnswer[string] | undefined): { readonly authorization?: string } =>
  token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };

/**
 * Whether a later message can replace this one. A server before 2.16 would show the later one as another
 * notification, so nothing is taken back there.
 */
function knowsSequence(published: string, { sequence_id: sequenceId }: NtfyMessage): boolean {
  try {
    return JSON.parse(published).sequence_id === sequenceId;
  } catch {
    return false;
  }
}
