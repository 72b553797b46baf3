import { unauthenticated } from '../../ports/errors.ts';
import type { Signal, Signals, Subscription } from '../../ports/signals/signals.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';

/** Why a wait has ended. */
export type WakeReason = 'changed' | 'timeout' | 'clientGone' | 'shuttingDown';

/** The conditions that end a wait, besides a change of the instance. */
export interface WaitLimits {
  /** By `performance.now()`, so that a clock that is set back makes no wait longer. */
  readonly deadline: number;
  /** The wait fails when the caller's token expires or is revoked. */
  readonly caller: Caller;
  /** Aborted when the client disconnects; null if that cannot be detected. */
  readonly clientGone: AbortSignal | null;
  /** Aborted when the process is about to stop. */
  readonly shuttingDown: AbortSignal;
}

/**
 * Waits for changes of one instance. It subscribes in its constructor, so that no change is missed between a
 * read and the wait after it. A wait costs one listener and one timer, and no query.
 */
export class Waiter implements Disposable {
  readonly #subscription: Subscription;
  #seenVersion = 0;
  #signalledVersion = 0;
  #wake: (() => void) | null = null;

  constructor(signals: Signals, instance: Pick<Signal, 'userId' | 'agentInstanceId'>) {
    this.#subscription = signals.subscribe(
      instance,
      ({ version }) => {
        if (version > this.#signalledVersion) this.#signalledVersion = version;
        if (this.#signalledVersion > this.#seenVersion) this.#wake?.();
      },
      () => this.#seenVersion,
    );
  }

  /**
   * Resolves when a version newer than `seenVersion` is signalled, or when one of the limits ends the wait.
   * @throws PortError `unauthenticated` if the caller's token expires or is revoked before the wait ends.
   */
  async waitForChange(seenVersion: number, limits: WaitLimits): Promise<WakeReason> {
    this.#seenVersion = Math.max(this.#seenVersion, seenVersion);
    const reason = this.#reasonNotToWait(limits) ?? (await this.#sleep(limits));
    // The caller now reads the instance, which covers the signalled version, so forget that version.
    // Otherwise a version that the store never shows (a commit lost in a failover, a restored backup) would
    // end every later wait at once.
    if (reason === 'changed') this.#signalledVersion = 0;
    return reason;
  }

  #reasonNotToWait({ deadline, caller, clientGone, shuttingDown }: WaitLimits): WakeReason | null {
    // Check the token first: a caller without a valid token must not learn of a change.
    if (caller.life?.hasEnded) throw unauthenticated(new Error('The token ended before the wait'));
    if (clientGone?.aborted) return 'clientGone';
    if (shuttingDown.aborted) return 'shuttingDown';
    if (this.#signalledVersion > this.#seenVersion) return 'changed';
    return deadline <= performance.now() ? 'timeout' : null;
  }

  async #sleep({ deadline, caller, clientGone, shuttingDown }: WaitLimits): Promise<WakeReason> {
    const { promise, resolve, reject } = Promise.withResolvers<WakeReason>();
    const onClientGone = () => resolve('clientGone');
    const onShuttingDown = () => resolve('shuttingDown');
    const timer = setTimeout(() => resolve('timeout'), deadline - performance.now());
    clientGone?.addEventListener('abort', onClientGone);
    shuttingDown.addEventListener('abort', onShuttingDown);
    const tokenEndSubscription = caller.life?.onEnd(() =>
      reject(unauthenticated(new Error('The token ended during the wait'))),
    );
    this.#wake = () => resolve('changed');
    try {
      return await promise;
    } finally {
      this.#wake = null;
      clearTimeout(timer);
      tokenEndSubscription?.close();
      clientGone?.removeEventListener('abort', onClientGone);
      shuttingDown.removeEventListener('abort', onShuttingDown);
    }
  }

  [Symbol.dispose](): void {
    this.#subscription.close();
  }
}
