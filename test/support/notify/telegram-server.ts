import type { Server, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { LoopbackServer } from './loopback-server.ts';

export const BOT_TOKEN = '123456:test-bot-token_that-nobody-has';
const BOT = { id: 123456, is_bot: true, first_name: 'Dashboard', username: 'dashboard_test_bot' };

interface Button {
  readonly text: string;
  readonly callback_data: string;
}

export interface SentMessage {
  readonly id: number;
  readonly chat: number;
  text: string;
  keyboard: readonly (readonly Button[])[];
  readonly replyTo: number | null;
}

interface Refusal {
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number };
}

type Body = { readonly [name: string]: unknown };

/** The fields that the methods may have here. core.telegram.org/bots/api lists them. */
const FIELDS: { readonly [method: string]: readonly string[] } = {
  getMe: [],
  getUpdates: ['offset', 'limit', 'timeout', 'allowed_updates'],
  sendMessage: ['chat_id', 'text', 'link_preview_options', 'reply_markup', 'reply_parameters'],
  editMessageText: ['chat_id', 'message_id', 'text', 'link_preview_options', 'reply_markup'],
  answerCallbackQuery: ['callback_query_id', 'text', 'show_alert'],
};

/** Telegram's Bot API, as far as the channel uses it. */
export class TelegramServer extends LoopbackServer {
  readonly messages: SentMessage[] = [];
  /** Each message as it was sent, and as it was changed later. */
  readonly history: SentMessage[] = [];
  /** What answered taps: the text, and whether it was an alert. */
  readonly toasts: { readonly text: string; readonly isAlert: boolean }[] = [];
  readonly chats = new Map<number, 'private' | 'group'>([[42, 'private']]);
  /** What the next call of a method is refused with. */
  readonly refusals = new Map<string, Refusal>();
  /** Whether requests for updates are refused, as those with a wrong token are. */
  refusesPolls = false;
  /** How many requests for updates were ended because another came. */
  conflicts = 0;
  polls = 0;
  #updates: { readonly update_id: number }[] = [];
  #nextId = 1;
  #poll: { readonly res: ServerResponse; readonly timer: NodeJS.Timeout } | null = null;
  readonly #taps = new Set<string>();

  static async start(): Promise<TelegramServer> {
    return new TelegramServer(await LoopbackServer.listen());
  }

  private constructor(server: Server) {
    super(server);
    this.handleWith(async (req, res) => {
      const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(req.url ?? '') ?? [];
      if (token !== BOT_TOKEN) return refuse(res, { error_code: 401, description: 'Unauthorized' });
      const body = (await json(req)) as Body;
      const unknown = Object.keys(body).filter((field) => !(FIELDS[method] ?? []).includes(field));
      this.demand(method in FIELDS && unknown.length === 0, `${method} has ${unknown.join()}`);
      const refusal = this.refusals.get(method);
      this.refusals.delete(method);
      if (refusal !== undefined) return refuse(res, refusal);
      if (method === 'getUpdates') return this.#getUpdates(body, res);
      const result = this.#call(method, body);
      return isRefusal(result) ? refuse(res, result) : accept(res, result);
    });
  }

  get pending(): number {
    return this.#updates.length;
  }

  get lastMessage(): SentMessage {
    return this.messages.at(-1)!;
  }

  /** A person taps a button. */
  tap({ id, chat, text }: SentMessage, button: Button): void {
    const tapId = String(this.#nextId++);
    this.#taps.add(tapId);
    const message = { message_id: id, date: 1, chat: { id: chat, type: 'private' }, from: BOT, text };
    const tap = { id: tapId, from: person(chat), chat_instance: '1', data: button.callback_data, message };
    this.#add({ callback_query: tap });
  }

  /** A person writes to a chat. */
  say(chat: number, text: string, replyTo: SentMessage | null = null): void {
    const type = this.chats.get(chat);
    const original = replyTo && { message_id: replyTo.id, date: 1, chat: { id: chat, type }, from: BOT };
    const reply = original === null ? {} : { reply_to_message: { ...original, text: replyTo!.text } };
    const message = { message_id: this.#nextId++, date: 1, chat: { id: chat, type }, from: person(chat) };
    this.#add({ message: { ...message, ...reply, text } });
  }

  #add(update: object): void {
    this.#updates.push({ update_id: this.#nextId++, ...update });
    this.#endPoll();
  }

  #getUpdates({ offset = 0, timeout = 0, limit = 100 }: Body, res: ServerResponse): void {
    this.polls += 1;
    if (this.refusesPolls) {
      refuse(res, { error_code: 401, description: 'Unauthorized' });
      return;
    }
    if (this.#poll !== null) {
      this.conflicts += 1;
      clearTimeout(this.#poll.timer);
      const description = 'Conflict: terminated by other getUpdates request; make sure that only one runs';
      refuse(this.#poll.res, { error_code: 409, description });
      this.#poll = null;
    }
    this.#updates = this.#updates.filter(({ update_id }) => update_id >= Number(offset));
    if (this.#updates.length > 0 || timeout === 0) {
      accept(res, this.#updates.slice(0, Number(limit)));
      return;
    }
    const poll = { res, timer: setTimeout(() => this.#endPoll(), Number(timeout) * 1000) };
    this.#poll = poll;
    res.on('close', () => {
      clearTimeout(poll.timer);
      if (this.#poll === poll) this.#poll = null;
    });
  }

  #endPoll(): void {
    if (this.#poll === null) return;
    clearTimeout(this.#poll.timer);
    accept(this.#poll.res, this.#updates);
    this.#poll = null;
  }

  #call(method: string, body: Body): unknown {
    if (method === 'getMe') return BOT;
    if (method === 'sendMessage') return this.#send(body);
    return method === 'editMessageText' ? this.#edit(body) : this.#answerTap(body);
  }

  #send({ chat_id, text, reply_markup, reply_parameters }: Body): unknown {
    const chat = Number(chat_id);
    if (!this.chats.has(chat)) return badRequest('chat not found');
    this.#checkText(text);
    const keyboard = this.#keyboardOf(reply_markup);
    const { message_id: replyTo = null } = (reply_parameters ?? {}) as { message_id?: number };
    const message = { id: this.#nextId++, chat, text: String(text), keyboard, replyTo };
    this.messages.push(message);
    this.history.push({ ...message });
    return { message_id: message.id, date: 1, chat: { id: chat, type: this.chats.get(chat) }, text };
  }

  #edit({ chat_id, message_id, text, reply_markup }: Body): unknown {
    const message = this.messages.find(({ id, chat }) => id === message_id && chat === Number(chat_id));
    if (message === undefined) return badRequest('message to edit not found');
    this.#checkText(text);
    const keyboard = this.#keyboardOf(reply_markup);
    if (message.text === text && message.keyboard.length === keyboard.length)
      return badRequest(
        'message is not modified: specified new message content and reply markup are the same',
      );
    message.text = String(text);
    message.keyboard = keyboard;
    this.history.push({ ...message });
    return { message_id, date: 1, text };
  }

  #answerTap({ callback_query_id, text = '', show_alert = false }: Body): unknown {
    if (!this.#taps.delete(String(callback_query_id)))
      return badRequest('query is too old and response timeout expired or query ID is invalid');
    this.demand(String(text).length <= 200, 'the text of an answered tap is too long');
    this.toasts.push({ text: String(text), isAlert: show_alert === true });
    return true;
  }

  #checkText(text: unknown): void {
    this.demand(typeof text === 'string' && text.length >= 1 && text.length <= 4096, 'the text is too long');
  }

  #keyboardOf(markup: unknown): SentMessage['keyboard'] {
    const { inline_keyboard: rows = [] } = (markup ?? {}) as { inline_keyboard?: Button[][] };
    for (const { text, callback_data: data } of rows.flat()) {
      const bytes = Buffer.byteLength(data);
      this.demand(text !== '' && bytes >= 1 && bytes <= 64, `${bytes} bytes of callback data`);
    }
    return rows;
  }
}

const person = (id: number) => ({ id, is_bot: false, first_name: 'Ada' });
const badRequest = (description: string): Refusal => ({
  error_code: 400,
  description: `Bad Request: ${description}`,
});
const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' && result !== null && 'error_code' in result;

const accept = (res: ServerResponse, result: unknown): void => send(res, 200, { ok: true, result });
const refuse = (res: ServerResponse, refusal: Refusal): void =>
  send(res, refusal.error_code, { ok: false, ...refusal });

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
