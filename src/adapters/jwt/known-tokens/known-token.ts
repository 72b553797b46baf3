import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { Caller, TokenLife } from '../../../ports/tokens/token-verifier.ts';
import { revocationIdOf } from './revocation-id.ts';

export interface KnownTokenOptions {
  readonly caller: Caller;
  /** SHA-256 of the token, in base64url. */
  readonly hash: string;
  /** The id under which this server can revoke the token; null when it cannot, as for a provider's token. */
  readonly apiKeyId: ApiKeyId | null;
  /** The token's `iat` in epoch milliseconds; minus infinity when it has none. */
  readonly issuedAt: number;
  /** When the token must be checked again, in epoch milliseconds. */
  readonly recheckAt: number;
  /** Called when the token gets its first listener, and when it loses its last. */
  readonly onListenersChanged: (token: KnownToken, hasListeners: boolean) => void;
}

/** A checked token. It is valid until it ends: by revocation, by expiry, or when its user is deleted. */
export class KnownToken implements TokenLife {
  readonly caller: Caller;
  readonly hash: string;
  readonly apiKeyId: ApiKeyId | null;
  /**
   * Identifies a revocation of this token's API key (`revocationIdOf`). Made once, because each revocation is
   * compared with it. null: the token has no key.
   */
  readonly keyRevocationId: string | null;
  /** Identifies a revocation that ends all tokens of the user. */
  readonly userRevocationId: string;
  readonly issuedAt: number;
  readonly recheckAt: number;
  /** When the token was last used, in epoch milliseconds. */
  usedAt = 0;
  readonly #onListenersChanged: (token: KnownToken, hasListeners: boolean) => void;
  readonly #listeners = new Set<() => void>();
  #hasEnded = false;

  constructor({ caller, hash, apiKeyId, issuedAt, recheckAt, onListenersChanged }: KnownTokenOptions) {
    this.caller = { ...caller, life: this };
    this.hash = hash;
    this.apiKeyId = apiKeyId;
    this.keyRevocationId = apiKeyId === null ? null : revocationIdOf({ userId: caller.userId, id: apiKeyId });
    this.userRevocationId = revocationIdOf({ userId: caller.userId, id: null });
    this.issuedAt = issuedAt;
    this.recheckAt = recheckAt;
    this.#onListenersChanged = onListenersChanged;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  onEnd(listener: () => void): Subscription {
    if (this.#hasEnded) {
      listener();
      return { close: () => {} };
    }
    // A new function each time, so that a listener that subscribes twice is called twice.
    const entry = () => listener();
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) this.#onListenersChanged(this, true);
    return {
      close: () => {
        if (this.#listeners.delete(entry) && this.#listeners.size === 0)
          this.#onListenersChanged(this, false);
      },
    };
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    if (listeners.length > 0) this.#onListenersChanged(this, false);
    for (const listener of listeners) listener();
  }
}
