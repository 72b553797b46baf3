import type { SocketModeClient } from '@slack/socket-mode';
import type { WebClient } from '@slack/web-api';
import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import {
  DeliveryError,
  type Inbox,
  type Notice,
  type Notifier,
  type Recall,
} from '../../../ports/notifier.ts';
import type { Logger } from '../../../ports/runtime.ts';
import { importOptional } from '../chat/optional-package.ts';
import { replyToken } from '../chat/reply-token.ts';
import { plainNotice, plainRecall } from '../texts/plain-notice.ts';
import { blocksOfNotice, blocksOfOutcome, type SlackText, slackTextOf, summaryOf } from './slack-blocks.ts';
import { SlackConnection } from './slack-connection.ts';
import { deliveryErrorOf, isNothingToUpdate } from './slack-errors.ts';
import { SlackEvents } from './slack-events.ts';
import { slackLogger } from './slack-logger.ts';

const INSTALL = '@slack/web-api@8.2.0 @slack/socket-mode@3.1.0';
const TIMEOUT_MS = 20_000;
const RETRY_MS = 30_000;
/** The id of a channel, a group, a direct message or a person. */
const PLACE = /^[CGDUW][A-Z0-9]{6,20}$/;

export interface SlackOptions {
  /** The bot token of the app, with the scope `chat:write`: `xoxb-…` */
  readonly botToken: string;
  /** The app-level token with the scope `connections:write`: `xapp-…` */
  readonly appToken: string;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** Where the Web API is. @default https://slack.com/api/ */
  readonly apiUrl?: string;
  /** How long to wait after a connection could not be made. @default 30 seconds */
  readonly retryMs?: number;
}

interface SlackReceipt extends SlackText {
  readonly channel: string;
  readonly ts: string;
}

interface Libraries {
  readonly WebClient: typeof WebClient;
  readonly SocketModeClient: typeof SocketModeClient;
}

/** @throws Error if Slack's libraries are not installed, or if a token is not of its kind. */
export async function slackNotifier(options: SlackOptions): Promise<Notifier> {
  if (!options.botToken.startsWith('xoxb-'))
    throw new Error('The bot token of a Slack app begins with xoxb-');
  if (!options.appToken.startsWith('xapp-'))
    throw new Error('The app token of a Slack app begins with xapp-');
  const [{ WebClient }, { SocketModeClient }] = await importOptional('Slack', INSTALL, () =>
    Promise.all([import('@slack/web-api'), import('@slack/socket-mode')]),
  );
  return new SlackNotifier({ WebClient, SocketModeClient }, options);
}

class SlackNotifier implements Notifier {
  readonly channel = 'slack';
  readonly title = 'Slack';
  readonly kind = 'push';
  readonly hint = 'Fill in the id of a channel that the app is in, or your own member id.';
  readonly secretFields = [];
  readonly joinsNotices = true;
  readonly settings: QuestionForm = {
    type: 'object',
    properties: {
      channel: {
        ...{ type: 'string', title: 'Channel or member id', maxLength: 30 },
        description:
          'It looks like C0123456789 or U0123456789. Slack shows it in the details of a channel, at the end, ' +
          'and in your profile under ⋮, Copy member ID.',
      },
    },
    required: ['channel'],
  };
  readonly #libraries: Libraries;
  readonly #options: SlackOptions;
  /** null while nobody here receives answers. */
  #inbox: Inbox | null = null;

  constructor(libraries: Libraries, options: SlackOptions) {
    this.#libraries = libraries;
    this.#options = options;
  }

  addressOf({ channel }: FormAnswer): string {
    const place = String(channel ?? '').trim();
    if (PLACE.test(place)) return place;
    throw new DeliveryError('This is not the id of a channel or a person: it looks like C0123456789', {
      isFinal: true,
    });
  }

  async deliver(settings: FormAnswer, given: Notice, signal: AbortSignal): Promise<JsonObject | null> {
    const notice = plainNotice(given);
    const { title, text, question, event } = notice;
    const message = {
      channel: this.addressOf(settings),
      text: summaryOf(title, text),
      blocks: blocksOfNotice(notice, this.#inbox !== null),
      // Links in what an agent wrote would show pages of others.
      ...{ unfurl_links: false, unfurl_media: false },
    };
    const { channel, ts } = await this.#web(signal)
      .chat.postMessage(message)
      .catch((error: unknown) => Promise.reject(deliveryErrorOf(error)));
    if (channel === undefined || ts === undefined) return null;
    if (question?.takesText === true) await this.#expectReply(notice, channel, ts);
    // What only tells something is never over.
    return question !== null || event === 'several' ? { channel, ts, ...slackTextOf(notice) } : null;
  }

  async recall(_: FormAnswer, receipt: JsonObject, recall: Recall, signal: AbortSignal): Promise<void> {
    const { channel, ts, ...text } = receipt as unknown as SlackReceipt;
    const { outcome } = plainRecall(recall);
    const summary = summaryOf(text.title, text.text, outcome);
    const changed = { text: summary, blocks: blocksOfOutcome(text, outcome) };
    try {
      await this.#web(signal).chat.update({ channel, ts, ...changed });
    } catch (error) {
      if (!isNothingToUpdate(error)) throw deliveryErrorOf(error);
    }
  }

  async receive(inbox: Inbox): Promise<AsyncDisposable> {
    const { appToken, logger, retryMs = RETRY_MS } = this.#options;
    this.#inbox = inbox;
    const client = new this.#libraries.SocketModeClient({
      ...{ appToken, autoReconnectEnabled: false, logger: slackLogger(logger) },
      clientOptions: this.#webOptions(),
    });
    const replyTokenOf = this.#replyTokenOf;
    const events = new SlackEvents({ web: this.#web(), inbox, logger, replyTokenOf });
    const handle = events.handle.bind(events);
    const connection = new SlackConnection({ client, logger, retryMs, handle });
    return {
      [Symbol.asyncDispose]: async () => {
        this.#inbox = null;
        await connection[Symbol.asyncDispose]();
      },
    };
  }

  /** The library takes no signal for a call, so a call that can be aborted has a client of its own. */
  #web(signal?: AbortSignal): WebClient {
    const abortable: typeof fetch = (url, init) => {
      const signals = [signal, init?.signal].filter((one) => one instanceof AbortSignal);
      return fetch(url, { ...init, signal: AbortSignal.any(signals) });
    };
    const options = { ...this.#webOptions(), fetch: abortable };
    return new this.#libraries.WebClient(this.#options.botToken, options);
  }

  /** Who calls tries again, not the library. */
  #webOptions() {
    const { apiUrl, logger } = this.#options;
    return {
      ...{ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: TIMEOUT_MS },
      logger: slackLogger(logger),
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    };
  }

  readonly #replyTokenOf = (channel: string, ts: string): string =>
    replyToken(this.#options.botToken, `slack:${channel}:${ts}`);

  /** The message is sent already, so a failure only costs the reply: another attempt would send it twice. */
  async #expectReply(notice: Notice, channel: string, ts: string): Promise<void> {
    try {
      await this.#inbox?.expectAnswer(notice, this.#replyTokenOf(channel, ts));
    } catch (err) {
      this.#options.logger.warn({ err }, 'A reply in Slack will not be recognised');
    }
  }
}
