import type { ChannelKind } from '../../src/domain/conversation/reach.ts';
import type { FormAnswer, QuestionForm } from '../../src/domain/question/form.ts';
import { DeliveryError, type Notice, type Notifier } from '../../src/ports/notifier.ts';

/** A channel that keeps what it was given, and fails while a test says so. */
export class RecordingNotifier implements Notifier {
  readonly channel: string;
  readonly title: string;
  readonly kind: ChannelKind | null;
  readonly hint = 'Say which topic, and the password for it.';
  readonly secretFields = ['password'];
  readonly joinsNotices = false;
  readonly settings: QuestionForm = {
    type: 'object',
    properties: {
      topic: { type: 'string', title: 'Topic', minLength: 3, maxLength: 60 },
      password: { type: 'string', title: 'Password', maxLength: 60 },
    },
    required: ['topic'],
  };
  readonly delivered: { readonly settings: FormAnswer; readonly notice: Notice }[] = [];
  /** Why deliveries fail now, for good; null: they do not. */
  failure: string | null = null;

  constructor(channel = 'recorder', title = 'Recorder', kind: ChannelKind | null = null) {
    this.channel = channel;
    this.title = title;
    this.kind = kind;
  }

  addressOf({ topic }: FormAnswer): string {
    if (topic === 'nowhere') throw new DeliveryError('There is no such topic', { isFinal: true });
    return `${String(topic).slice(0, 3)}…`;
  }

  async deliver(settings: FormAnswer, notice: Notice): Promise<null> {
    if (this.failure !== null) throw new DeliveryError(this.failure, { isFinal: true });
    this.delivered.push({ settings, notice });
    return null;
  }

  /** The last notice that was delivered. */
  get last(): Notice | null {
    return this.delivered.at(-1)?.notice ?? null;
  }
}
