import type { WebClient } from '@slack/web-api';
import type { AnswerReceived, Inbox } from '../../../ports/notifier.ts';
import type { Logger } from '../../../ports/runtime.ts';
import { plainSection, type SlackBlock, summaryOf, writtenText } from './slack-blocks.ts';

const FAILED: AnswerReceived = { isAccepted: false, text: 'That did not work. Try again, or open the link' };

/** The parts of what Slack sends that matter here. */
interface Tap {
  readonly type: 'block_actions';
  readonly user: { readonly id: string };
  readonly channel?: { readonly id: string };
  readonly message?: { readonly ts: string; readonly text?: string; readonly blocks?: SlackBlock[] };
  readonly actions: readonly { readonly type: string; readonly value?: string }[];
}

interface SlackEvent {
  readonly type: string;
  readonly subtype?: string;
  readonly bot_id?: string;
  readonly user?: string;
  readonly channel?: string;
  readonly text?: string;
  readonly ts?: string;
  readonly thread_ts?: string;
  /** Who began the thread. */
  readonly parent_user_id?: string;
}

export interface EventHandlerOptions {
  readonly web: WebClient;
  readonly inbox: Inbox;
  readonly logger: Pick<Logger, 'warn'>;
  /** The token of the answer that a reply in this thread is. */
  readonly replyTokenOf: (channel: string, ts: string) => string;
}

/** Handles what people do in Slack: clicks on buttons, and replies in threads. */
export class SlackEvents {
  readonly #options: EventHandlerOptions;
  #botUser: string | null = null;

  constructor(options: EventHandlerOptions) {
    this.#options = options;
  }

  async handle(body: unknown): Promise<void> {
    const payload = body as Tap | { readonly type: 'event_callback'; readonly event: SlackEvent };
    if (payload.type === 'block_actions') await this.#answerTap(payload);
    else if (payload.type === 'event_callback' && payload.event.type === 'message')
      await this.#answerReply(payload.event);
  }

  async #answerTap({ user, channel, message, actions: [action] }: Tap): Promise<void> {
    if (action?.type !== 'button' || action.value === undefined) return;
    if (channel === undefined || message === undefined) return;
    const { isAccepted, text } = await this.#answer(action.value, null);
    if (!isAccepted) return this.#tell(channel.id, user.id, text);
    const { ts, text: summary = '', blocks = [] } = message;
    const kept = blocks.filter(({ type }) => type !== 'actions' && type !== 'context');
    const changed = { text: `${summary}\n\n${summaryOf(text)}`, blocks: [...kept, plainSection(text)] };
    await this.#options.web.chat.update({ channel: channel.id, ts, ...changed });
  }

  async #answerReply(event: SlackEvent): Promise<void> {
    const { user, channel, text, ts, thread_ts: thread, parent_user_id: parent } = event;
    const isFromPerson = event.subtype === undefined && event.bot_id === undefined && user !== undefined;
    if (!isFromPerson || channel === undefined || text === undefined) return;
    if (thread === undefined || thread === ts) return;
    // The app gets the messages of all threads in its channels.
    if (parent !== undefined && parent !== (await this.#findBotUser())) return;
    const { web, replyTokenOf } = this.#options;
    const answer = await this.#answer(replyTokenOf(channel, thread), writtenText(text));
    if (answer.isAccepted)
      await web.chat.postMessage({ channel, thread_ts: thread, text: summaryOf(answer.text) });
    else if (parent !== undefined) await this.#tell(channel, user, answer.text, thread);
  }

  /** Tells one person, and nobody else in the channel. */
  async #tell(channel: string, user: string, text: string, thread?: string): Promise<void> {
    const place = thread === undefined ? { channel, user } : { channel, user, thread_ts: thread };
    await this.#options.web.chat.postEphemeral({ ...place, text: summaryOf(text) });
  }

  async #answer(token: string, text: string | null): Promise<AnswerReceived> {
    const { inbox, logger } = this.#options;
    try {
      return await inbox.answer(token, text);
    } catch (err) {
      logger.warn({ err }, 'An answer from Slack could not be given to the agent');
      return FAILED;
    }
  }

  async #findBotUser(): Promise<string | null> {
    this.#botUser ??= (await this.#options.web.auth.test()).user_id ?? null;
    return this.#botUser;
  }
}
