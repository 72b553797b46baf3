import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from 'grammy';
import type { CallbackQuery, Message, Update } from 'grammy/types';
import { cutText } from '../../../domain/text/graphemes.ts';
import type { AnswerReceived, Inbox } from '../../../ports/notifier.ts';
import type { Logger } from '../../../ports/runtime.ts';
import { paragraphs } from '../chat/chat-text.ts';
import { codeOfChat } from './telegram-code.ts';
import { isNothingToEdit } from './telegram-errors.ts';

/** How long a tapped button may spin. After that, only the message tells what became of the answer. */
const SPIN_MS = 2_000;
const MAX_TOAST_LENGTH = 200;
const FAILED: AnswerReceived = { isAccepted: false, text: 'That did not work. Try again, or open the link' };

export interface UpdateHandlerOptions {
  readonly api: Api;
  readonly token: string;
  readonly inbox: Inbox;
  readonly logger: Pick<Logger, 'warn'>;
  /** The token of the answer that a reply to this message is. */
  readonly replyTokenOf: (chat: number, message: number) => string;
}

/** Handles what people do in Telegram: `/start`, taps on buttons, and replies. */
export class TelegramUpdates {
  readonly #options: UpdateHandlerOptions;
  readonly #botId: number;

  constructor(options: UpdateHandlerOptions) {
    this.#options = options;
    this.#botId = Number(options.token.split(':', 1)[0]);
  }

  async handle({ callback_query: tap, message }: Update): Promise<void> {
    if (tap?.data !== undefined) await this.#answerTap(tap, tap.data);
    else if (message?.text !== undefined) await this.#answerMessage(message, message.text);
  }

  async #answerTap({ id, message }: CallbackQuery, token: string): Promise<void> {
    const { api } = this.#options;
    const answering = this.#answer(token, null);
    const early = await Promise.race([answering, sleep(SPIN_MS, null, { ref: false })]);
    const toast =
      early === null
        ? {}
        : { text: cutText(early.text, MAX_TOAST_LENGTH), show_alert: early.isAccepted === false };
    // It fails if the tap is too old. The answer counts all the same.
    await api.answerCallbackQuery(id, toast).catch(() => {});
    const { isAccepted, text } = await answering;
    if (!isAccepted || message === undefined || !('text' in message) || message.text === undefined) return;
    const edited = paragraphs(message.text, text);
    const noPreview = { link_preview_options: { is_disabled: true } };
    await api.editMessageText(message.chat.id, message.message_id, edited, noPreview).catch((error) => {
      // The same tap reached another process as well, which was faster.
      if (!isNothingToEdit(error)) throw error;
    });
  }

  async #answerMessage(message: Message, text: string): Promise<void> {
    const { api, token, replyTokenOf } = this.#options;
    const { chat, message_id, reply_to_message: original } = message;
    if (/^\/start(@\w+)?(\s|$)/.test(text)) {
      await api.sendMessage(chat.id, startText(codeOfChat(token, chat.id)));
    } else if (original?.from?.id === this.#botId) {
      const { text: outcome } = await this.#answer(replyTokenOf(chat.id, original.message_id), text);
      await api.sendMessage(chat.id, outcome, { reply_parameters: { message_id } });
    } else if (chat.type === 'private') {
      await api.sendMessage(
        chat.id,
        'To answer a question, reply to its message. /start gives you the code.',
      );
    }
  }

  async #answer(token: string, text: string | null): Promise<AnswerReceived> {
    const { inbox, logger } = this.#options;
    try {
      return await inbox.answer(token, text);
    } catch (err) {
      logger.warn({ err }, 'An answer from Telegram could not be given to the agent');
      return FAILED;
    }
  }
}

const startText = (code: string): string =>
  paragraphs(
    'Paste this code into the settings for notifications of Agent Dashboard, to get them in this chat:',
    code,
    'Whoever has the code can send messages of Agent Dashboard here. Keep it for yourself.',
  );
