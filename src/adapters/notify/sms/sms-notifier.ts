import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import { DeliveryError, type Inbox, type Notice, type Notifier } from '../../../ports/notifier.ts';
import type { Logger } from '../../../ports/runtime.ts';
import { replyToken } from '../chat/reply-token.ts';
import { plainNotice } from '../texts/plain-notice.ts';
import { SmsQuestions } from './sms-questions.ts';
import { smsText } from './sms-text.ts';
import { type SendSms, type TwilioAccount, twilioSender } from './twilio-sender.ts';
import type { IncomingSms } from './twilio-webhook.ts';

/** How many of the messages that arrived last are recognised when they arrive again. */
const MAX_RECEIVED_IDS = 10_000;

const E164 = /^\+[1-9]\d{6,14}$/;
/** Twilio handles these itself, and tells us all the same. */
const KEYWORDS = /^(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout|start|unstop|help|info)$/i;

export interface SmsOptions extends TwilioAccount {
  readonly logger: Pick<Logger, 'warn'>;
  /** Whether `receiveSms` gets the replies, so that messages may ask for one. */
  readonly receivesReplies: boolean;
  /** The number that the first question has for a phone, 1 to 99. Default: a random one. */
  readonly firstNumber?: number;
}

export interface SmsNotifier extends Notifier {
  /** Answers with an SMS that arrived, once. Returns what to reply; null: nothing. */
  receiveSms(sms: IncomingSms): Promise<string | null>;
}

/** @throws Error if the library of Twilio is not installed, or if the account cannot be one. */
export async function smsNotifier(options: SmsOptions): Promise<SmsNotifier> {
  return new TwilioSmsNotifier(await twilioSender(options), options);
}

class TwilioSmsNotifier implements SmsNotifier {
  readonly channel = 'sms';
  readonly title = 'SMS';
  readonly kind = 'sms';
  readonly hint = 'Fill in the number of a mobile phone with the code of its country.';
  readonly secretFields = [];
  readonly joinsNotices = true;
  readonly settings: QuestionForm = {
    type: 'object',
    properties: {
      number: {
        ...{ type: 'string', title: 'Phone number', maxLength: 30 },
        description: 'With the code of the country, for example +49 151 23456789.',
      },
    },
    required: ['number'],
  };
  readonly #send: SendSms;
  readonly #options: SmsOptions;
  readonly #questions: SmsQuestions;
  readonly #receivedIds = new LRUCache<string, true>({ max: MAX_RECEIVED_IDS });
  /** null while nobody here receives answers. */
  #inbox: Inbox | null = null;

  constructor(send: SendSms, options: SmsOptions) {
    this.#send = send;
    this.#options = options;
    this.#questions = new SmsQuestions(options.firstNumber);
  }

  addressOf({ number }: FormAnswer): string {
    const phone = String(number ?? '').replaceAll(/[\s().\-/]/g, '');
    if (E164.test(phone)) return phone;
    throw new DeliveryError('The number needs the code of the country, for example +49 151 23456789', {
      isFinal: true,
    });
  }

  async deliver(settings: FormAnswer, given: Notice, signal: AbortSignal): Promise<JsonObject | null> {
    const notice = plainNotice(given);
    const phone = this.addressOf(settings);
    const hasReplies = this.#inbox !== null && this.#options.receivesReplies;
    const { question, id } = notice;
    const firstNumber = this.#questions.nextNumber(phone, question?.options.length ?? 0);
    const isOnly = !this.#questions.has(phone);
    const { text, isNumbered } = smsText(notice, hasReplies ? { firstNumber, isOnly } : null);
    if (question === null || !hasReplies) {
      await this.#send(phone, text, signal);
      return null;
    }
    // Before it is sent: the next question must not have the same numbers, and a reply may be quick.
    const optionTokens = isNumbered ? question.options.map(({ token }) => token) : [];
    const textToken = question.takesText ? question.token : null;
    const needsNumber = optionTokens.length === 0 && !isOnly;
    this.#questions.add(phone, { id, optionTokens, textToken, firstNumber, needsNumber });
    try {
      await this.#send(phone, text, signal);
    } catch (error) {
      this.#questions.remove(phone, id);
      throw error;
    }
    if (question.takesText) await this.#expectReply(notice, phone);
    return null;
  }

  /** The replies arrive by `receiveSms`. */
  async receive(inbox: Inbox): Promise<AsyncDisposable> {
    this.#inbox = inbox;
    return {
      [Symbol.asyncDispose]: async () => {
        this.#inbox = null;
      },
    };
  }

  async receiveSms({ id, from, text: written }: IncomingSms): Promise<string | null> {
    if (this.#receivedIds.has(id)) return null;
    this.#receivedIds.set(id, true);
    const text = written.trim();
    const inbox = this.#inbox;
    if (inbox === null || text === '' || KEYWORDS.test(text)) return null;
    const answer = this.#questions.answerOf(from, text);
    if (answer.kind === 'unclear')
      return 'It is not clear which question this answers. Reply with a number of its message, or open its link.';
    try {
      if (answer.kind === 'unknown') return (await inbox.answer(this.#replyTokenOf(from), text)).text;
      const received = await inbox.answer(answer.token, answer.text);
      // Answered by this or elsewhere: in both cases, no reply answers it any more.
      this.#questions.remove(from, answer.questionId);
      return received.text;
    } catch (err) {
      this.#options.logger.warn({ err }, 'An answer by SMS could not be given to the agent');
      return 'That did not work. Try again, or open the link.';
    }
  }

  /** For replies in words that reach another process of the server, or this one after a restart. */
  async #expectReply(notice: Notice, phone: string): Promise<void> {
    try {
      await this.#inbox?.expectAnswer(notice, this.#replyTokenOf(phone));
    } catch (err) {
      this.#options.logger.warn({ err }, 'A reply by SMS may not be recognised');
    }
  }

  readonly #replyTokenOf = (phone: string): string => replyToken(this.#options.authToken, `sms:${phone}`);
}
