import type { Api } from 'grammy';
import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import type { Inbox, Notice, Notifier, Recall } from '../../../ports/notifier.ts';
import type { Logger } from '../../../ports/runtime.ts';
import { fittingText, paragraphs, replyText } from '../chat/chat-text.ts';
import { importOptional } from '../chat/optional-package.ts';
import { replyToken } from '../chat/reply-token.ts';
import { deadlineText } from '../texts/deadline-text.ts';
import { plainNotice, plainRecall } from '../texts/plain-notice.ts';
import { grammySignal } from './grammy-signal.ts';
import { chatOfCode } from './telegram-code.ts';
import { deliveryErrorOf, isNothingToEdit } from './telegram-errors.ts';
import { TelegramPoller } from './telegram-poller.ts';
import { TelegramUpdates } from './telegram-updates.ts';

const INSTALL = 'grammy@1.46.0';
const MAX_TEXT_LENGTH = 4_096;
/** Room for the outcome of a question, which is added when it is over. */
const OUTCOME_LENGTH = 400;
const RETRY_MS = 30_000;
const NO_PREVIEW = { link_preview_options: { is_disabled: true } };

export interface TelegramOptions {
  /** The bot token from @BotFather. No other program may receive the updates of this bot. */
  readonly token: string;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** Where the Bot API is. @default https://api.telegram.org */
  readonly apiRoot?: string;
  /** How long to wait while another process receives the updates. @default 30 seconds */
  readonly retryMs?: number;
}

/** @throws Error if grammY is not installed, or if the token cannot be one. */
export async function telegramNotifier(options: TelegramOptions): Promise<Notifier> {
  const { token, apiRoot } = options;
  if (!/^\d+:[A-Za-z0-9_-]+$/.test(token))
    throw new Error('The token of a Telegram bot looks like 123456:ABC-DEF. @BotFather gives you one');
  const grammy = await importOptional('Telegram', INSTALL, () => import('grammy'));
  // Long polling takes 30 s; a request that takes longer hangs.
  const api = new grammy.Api(token, { timeoutSeconds: 45, ...(apiRoot === undefined ? {} : { apiRoot }) });
  return new TelegramNotifier(api, options);
}

class TelegramNotifier implements Notifier {
  readonly channel = 'telegram';
  readonly title = 'Telegram';
  readonly kind = 'push';
  readonly secretFields = ['code'];
  readonly joinsNotices = true;
  readonly settings: QuestionForm = {
    type: 'object',
    properties: {
      code: {
        ...{ type: 'string', title: 'Code', maxLength: 100 },
        description: 'Send /start to the bot in Telegram. It answers with the code.',
      },
    },
    required: ['code'],
  };
  readonly #api: Api;
  readonly #options: TelegramOptions;
  /** null while nobody here receives answers. */
  #inbox: Inbox | null = null;
  #botName: string | null = null;

  constructor(api: Api, options: TelegramOptions) {
    this.#api = api;
    this.#options = options;
  }

  get hint(): string {
    const bot = this.#botName === null ? 'the bot of this server' : `https://t.me/${this.#botName}`;
    return `Open ${bot} in Telegram, send /start, and paste the code that it answers with.`;
  }

  addressOf(settings: FormAnswer): string {
    return `chat …${String(this.#chatOf(settings)).slice(-3)}`;
  }

  async deliver(settings: FormAnswer, given: Notice, signal: AbortSignal): Promise<JsonObject | null> {
    const notice = plainNotice(given);
    const chat = this.#chatOf(settings);
    const text = textOf(notice, this.#inbox !== null);
    const { question } = notice;
    const rows = question?.options.map(({ label, token }) => [{ text: label, callback_data: token }]) ?? [];
    const markup = rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows } };
    const { message_id } = await this.#api
      .sendMessage(chat, text, { ...NO_PREVIEW, ...markup }, grammySignal(signal))
      .catch((error: unknown) => Promise.reject(deliveryErrorOf(error)));
    if (question?.takesText === true) await this.#expectReply(notice, chat, message_id);
    // What only tells something is never over.
    const isRecalled = question !== null || notice.event === 'several';
    return isRecalled ? { chat, message: message_id, text } : null;
  }

  async recall(_: FormAnswer, receipt: JsonObject, recall: Recall, signal: AbortSignal): Promise<void> {
    const { chat, message, text } = receipt as { chat: number; message: number; text: string };
    try {
      // An edit without a keyboard takes the buttons away.
      const edited = paragraphs(text, plainRecall(recall).outcome);
      await this.#api.editMessageText(chat, message, edited, NO_PREVIEW, grammySignal(signal));
    } catch (error) {
      if (!isNothingToEdit(error)) throw deliveryErrorOf(error);
    }
  }

  async receive(inbox: Inbox): Promise<AsyncDisposable> {
    const { token, logger, retryMs = RETRY_MS } = this.#options;
    this.#inbox = inbox;
    const replyTokenOf = this.#replyTokenOf;
    const updates = new TelegramUpdates({ api: this.#api, token, inbox, logger, replyTokenOf });
    const handle = updates.handle.bind(updates);
    const poller = new TelegramPoller({ api: this.#api, logger, retryMs, handle });
    const asking = new AbortController();
    this.#api.getMe(grammySignal(asking.signal)).then(
      ({ username }) => {
        this.#botName = username;
      },
      // Only the hint is less helpful then. The poller says what is wrong.
      () => {},
    );
    return {
      [Symbol.asyncDispose]: async () => {
        this.#inbox = null;
        asking.abort();
        await poller[Symbol.asyncDispose]();
      },
    };
  }

  #chatOf(settings: FormAnswer): number {
    return chatOfCode(this.#options.token, settings.code);
  }

  readonly #replyTokenOf = (chat: number, message: number): string =>
    replyToken(this.#options.token, `telegram:${chat}:${message}`);

  /** The message is sent already, so a failure only costs the reply: another attempt would send it twice. */
  async #expectReply(notice: Notice, chat: number, message: number): Promise<void> {
    try {
      await this.#inbox?.expectAnswer(notice, this.#replyTokenOf(chat, message));
    } catch (err) {
      this.#options.logger.warn({ err }, 'A reply in Telegram will not be recognised');
    }
  }
}

function textOf(notice: Notice, hasReplies: boolean): string {
  const { question, url } = notice;
  const after = paragraphs(
    hasReplies ? replyText(notice, 'Reply to this message to answer in your own words.') : null,
    deadlineText(question),
    url,
  );
  return fittingText(notice, after, MAX_TEXT_LENGTH - OUTCOME_LENGTH);
}
