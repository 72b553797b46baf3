import type { JsonObject } from '../../../src/domain/conversation/message.ts';
import type { ChannelKind } from '../../../src/domain/conversation/reach.ts';
import type { FormAnswer } from '../../../src/domain/question/form.ts';
import { DeliveryError, type Notice, type Notifier, type Recall } from '../../../src/ports/notifier.ts';

/** A channel that remembers what it was given, and fails as often as a test wants. */
export class FakeNotifier implements Notifier {
  readonly channel: string;
  readonly title = 'Fake';
  readonly kind: ChannelKind | null;
  readonly hint = 'Fill in an address.';
  readonly settings = {
    type: 'object',
    properties: { address: { type: 'string', title: 'Address' }, secret: { type: 'string' } },
    required: ['address'],
  } as const;
  readonly secretFields = ['secret'];
  readonly joinsNotices: boolean;
  readonly delivered: { readonly settings: FormAnswer; readonly notice: Notice }[] = [];
  readonly recalled: { readonly receipt: JsonObject; readonly recall: Recall }[] = [];
  /** The next deliveries and recalls fail with these errors. */
  readonly failures: Error[] = [];
  /** Called before each delivery is accepted. */
  beforeAccepting: () => Promise<void> | void = () => {};
  /** Called before each recall is accepted. */
  beforeRecalling: () => Promise<void> | void = () => {};
  /** Called after each delivery was accepted. */
  afterDelivery: (notice: Notice) => Promise<void> | void = () => {};

  constructor(channel = 'fake', kind: ChannelKind | null = 'push', joinsNotices = true) {
    this.channel = channel;
    this.kind = kind;
    this.joinsNotices = joinsNotices;
  }

  addressOf({ address }: FormAnswer): string {
    if (address === 'nowhere') throw new DeliveryError('There is no such address', { isFinal: true });
    return `${address}`;
  }

  async deliver(settings: FormAnswer, notice: Notice): Promise<JsonObject> {
    await this.beforeAccepting();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.delivered.push({ settings, notice });
    void this.afterDelivery(notice);
    return { number: this.delivered.length };
  }

  async recall(_settings: FormAnswer, receipt: JsonObject, recall: Recall): Promise<void> {
    await this.beforeRecalling();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.recalled.push({ receipt, recall });
  }

  get notices(): readonly Notice[] {
    return this.delivered.map(({ notice }) => notice);
  }
}
