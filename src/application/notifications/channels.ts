import { randomBytes } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { Destination } from '../../domain/notification/destination.ts';
import type { FormAnswer } from '../../domain/question/form.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { PostOutcome } from '../../ports/outcome-callback.ts';
import type { SecretBox } from '../../ports/secret-box.ts';

/** A channel that this server could have, but is not set up for. */
export interface MissingChannel {
  readonly channel: string;
  readonly title: string;
  /** One sentence for people: how to set it up. */
  readonly hint: string;
}

/** The ways in which this server can reach people. */
export class Channels {
  readonly notifiers: readonly Notifier[];
  readonly missing: readonly MissingChannel[];
  /** Tells programs how their questions ended; null: this server cannot. */
  readonly postOutcome: PostOutcome | null;
  readonly #secretBox: SecretBox;

  constructor(
    secretBox: SecretBox,
    notifiers: readonly Notifier[],
    {
      missing = [],
      postOutcome = null,
    }: { readonly missing?: readonly MissingChannel[]; readonly postOutcome?: PostOutcome | null } = {},
  ) {
    this.#secretBox = secretBox;
    this.notifiers = notifiers;
    this.missing = missing;
    this.postOutcome = postOutcome;
  }

  /** Returns the channel with this name; null if this server does not have it, or not any more. */
  find(channel: string): Notifier | null {
    return this.notifiers.find((notifier) => notifier.channel === channel) ?? null;
  }

  seal(userId: UserId, id: Destination['id'], settings: FormAnswer): string {
    return this.#secretBox.seal(JSON.stringify(settings), contextOf(userId, id));
  }

  /** @throws Error if the key has changed since the settings were stored. */
  open(userId: UserId, { id, sealedSettings }: Destination): FormAnswer {
    return JSON.parse(this.#secretBox.open(sealedSettings, contextOf(userId, id)));
  }
}

const contextOf = (userId: UserId, id: Destination['id']): string => JSON.stringify([userId, id]);

/** 256 random bits, so that nobody can guess one: 43 characters of base64url. */
export const newLinkToken = (): string => randomBytes(32).toString('base64url');
