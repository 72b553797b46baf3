import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { Caller, TokenLife } from '../../../ports/tokens/token-verifier.ts';
import { keyNameOf } from './key-name.ts';

export interface KnownTokenOptions {
  readonly caller: Caller;
  /** SHA-256 of the token, in base64url. */
  readonly hash: string;
  /** What a revocation names it by; null for one that nobody here can revoke. */
  readonly revocableAs: ApiKeyId | null;
  /** By its own word, in epoch milliseconds; minus infinity where it does not say. */
  readonly issuedAt: number;
  /** When what is known has to be found out anew. In epoch milliseconds. */
  readonly recheckAt: number;
  /** Told when somebody begins and stops to hold on to the token's life. */
  readonly onHeld: (token: KnownToken, held: boolean) => void;
}

/** A token that was found good, until it ends. */
export class KnownToken implements TokenLife {
  readonly caller: Caller;
  readonly hash: string;
  readonly revocableAs: ApiKeyId | null;
  /** The same together with whose it is; made once, since all of them are looked through. */
  readonly keyName: string | null;
  /** What a revocation names that ends all tokens of its user. */
  readonly userName: string;
  readonly issuedAt: number;
  readonly recheckAt: number;
  /** Epoch milliseconds. */
  usedAt = 0;
  readonly #onHeld: (token: KnownToken, held: boolean) => void;
  readonly #listeners = new Set<() => void>();
  #hasEnded = false;

  constructor({ caller, hash, revocableAs, issuedAt, recheckAt, onHeld }: KnownTokenOptions) {
    this.caller = { ...caller, life: this };
    this.hash = hash;
    this.revocableAs = revocableAs;
    this.keyName = revocableAs === null ? null : keyNameOf({ userId: caller.userId, id: revocableAs });
    this.userName = keyNameOf({ userId: caller.userId, id: null });
    this.issuedAt = issuedAt;
    this.recheckAt = recheckAt;
    this.#onHeld = onHeld;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  onEnd(listener: () => void): Subscription {
    if (this.#hasEnded) {
      listener();
      return { close: () => {} };
    }
    // Wrapped, so that one function subscribed twice is told twice.
    const entry = () => listener();
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) this.#onHeld(this, true);
    return {
      close: () => {
        if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.#onHeld(this, false);
      },
    };
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    if (listeners.length > 0) this.#onHeld(this, false);
    for (const listener of listeners) listener();
  }
}
