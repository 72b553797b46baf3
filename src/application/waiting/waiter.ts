import { unauthenticated } from '../../ports/errors.ts';
import type { Signal, Signals } from '../../ports/signals/signals.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';

export type WakeReason = 'changed' | 'timeout' | 'gone' | 'stopping';

/** What a wait ends with, besides news. */
export interface WaitLimits {
  /** Epoch ms. */
  readonly deadline: number;
  readonly caller: Caller;
  readonly clientGone: AbortSignal | null;
  readonly shuttingDown: AbortSignal;
}

/**
 * Waits for news of one instance. Subscribes when made, so that nothing is missed between a read and the
 * wait for what comes after it. While it waits it costs one listener and one timer, and no query.
 */
export class Waiter implements Disposable {
  readonly #subscription: { close(): void };
  /** The newest version read, and the newest one signalled. */
  #seen = 0;
  #signalled = 0;
  #wake: (() => void) | null = null;

  constructor(signals: Signals, instance: Pick<Signal, 'userId' | 'agentInstanceId'>) {
    this.#subscription = signals.subscribe(
      instance,
      ({ version }) => {
        if (version > this.#signalled) this.#signalled = version;
        if (this.#signalled > this.#seen) this.#wake?.();
      },
      () => this.#seen,
    );
  }

  /**
   * Resolves once there is a version newer than `seen`; at the latest at `deadline`.
   * @throws PortError `unauthenticated` when the caller's token ends meanwhile.
   */
  async next(seen: number, { deadline, caller, clientGone: gone, shuttingDown: stopping }: WaitLimits): Promise<WakeReason> {
    this.#seen = Math.max(this.#seen, seen);
    // Before all else: whoever may not know of it must not be told.
    if (caller.life?.hasEnded) throw unauthenticated(new Error('ended before it waited'));
    if (gone?.aborted) return 'gone';
    if (stopping.aborted) return 'stopping';
    if (this.#signalled > this.#seen) return this.#consume();
    const left = deadline - Date.now();
    if (left <= 0) return 'timeout';

    const { promise, resolve, reject } = Promise.withResolvers<WakeReason>();
    const onGone = () => resolve('gone');
    const onStopping = () => resolve('stopping');
    const timer = setTimeout(resolve, left, 'timeout' satisfies WakeReason);
    gone?.addEventListener('abort', onGone);
    stopping.addEventListener('abort', onStopping);
    this.#wake = () => resolve('changed');
    const life = caller.life?.onEnd(() => reject(unauthenticated(new Error('ended while it waited'))));
    try {
      const waking = await promise;
      return waking === 'changed' ? this.#consume() : waking;
    } finally {
      this.#wake = null;
      clearTimeout(timer);
      life?.close();
      gone?.removeEventListener('abort', onGone);
      stopping.removeEventListener('abort', onStopping);
    }
  }

  /**
   * Forgets what was signalled: the read that follows covers it. A version that the store never shows (a
   * commit lost in a failover, a restored backup) would else wake this wait again and again.
   */
  #consume(): 'changed' {
    this.#signalled = 0;
    return 'changed';
  }

  [Symbol.dispose](): void {
    this.#subscription.close();
  }
}
