import assert from 'node:assert/strict';
import type { UserId } from '../domain/ids.ts';
import type { Logger } from '../ports/runtime.ts';
import type { Revocation, Revocations } from '../ports/signals/revocations.ts';
import type { ApiKeyRef } from '../ports/storage/api-key-repository.ts';
import { adapterPerTest } from './adapter-per-test.ts';
import { newKeyId } from './api-key-builder.ts';
import type { TestRunner } from './test-runner.ts';

/** The adapter under test, and a way to send revoked keys to it. */
export interface OpenRevocations {
  readonly revocations: Revocations;
  /** Sends revoked keys. Resolves when they have been delivered to every listener. */
  readonly send: (keys: readonly Revocation[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The contract suite for adapters of the `Revocations` port.
 * @param open opens an adapter; called once in each test.
 */
export function revocationsContract(
  runner: TestRunner,
  open: (logger: Logger) => Promise<OpenRevocations>,
): void {
  const someKey = (userId = 'ada'): ApiKeyRef => ({ userId: userId as UserId, id: newKeyId() });
  const sentKey = someKey();
  const { testAdapter, adapter } = adapterPerTest(runner, open);

  /**
   * Subscribes, and records the revocations of the wanted keys only, because other tests may revoke keys at
   * the same time.
   */
  const listen = (wanted: readonly Revocation[] = [sentKey]) => {
    const ids = new Set<string | null>(wanted.map(({ id }) => id));
    const received: Revocation[] = [];
    const { close } = adapter().revocations.onRevoked((key) => {
      if (ids.has(key.id)) received.push(key);
    });
    return { received, close };
  };

  testAdapter('every listener receives every revoked key, in order', async () => {
    const keys = [someKey('ada'), someKey('eve'), someKey('ada')];
    const listeners = [listen(keys), listen(keys)];
    await adapter().send(keys);
    assert.deepEqual(
      listeners.map(({ received }) => received),
      [keys, keys],
    );
  });

  testAdapter('a revocation is delivered even while there is no subscription to signals', async () => {
    const { received } = listen();
    await adapter().send([sentKey]);
    assert.deepEqual(received, [sentKey]);
  });

  testAdapter('a closed subscription receives nothing; closing it twice leaves others open', async () => {
    const [closedListener, openListener] = [listen(), listen()];
    closedListener.close();
    closedListener.close();
    await adapter().send([sentKey]);
    assert.deepEqual(closedListener.received, []);
    assert.deepEqual(openListener.received, [sentKey]);
  });

  testAdapter(
    'a function that is subscribed twice is called twice, until each subscription is closed',
    async () => {
      let calls = 0;
      const count = ({ id }: Revocation) => {
        if (id === sentKey.id) calls += 1;
      };
      const [first, second] = [
        adapter().revocations.onRevoked(count),
        adapter().revocations.onRevoked(count),
      ];
      await adapter().send([sentKey]);
      first.close();
      await adapter().send([sentKey]);
      second.close();
      await adapter().send([sentKey]);
      assert.equal(calls, 3);
    },
  );

  testAdapter('a listener may close its own and another subscription while a key is delivered', async () => {
    const received: string[] = [];
    const first = adapter().revocations.onRevoked(() => {
      received.push('first');
      first.close();
      second.close();
    });
    const second = adapter().revocations.onRevoked(() => received.push('second'));
    const third = listen();
    await adapter().send([sentKey, sentKey]);
    assert.deepEqual(received, ['first']);
    assert.equal(third.received.length, 2);
  });

  testAdapter(
    'a subscription that a listener opens does not receive the key that is being delivered',
    async () => {
      let calls = 0;
      const renew = (): void => {
        const { close } = adapter().revocations.onRevoked(({ id }) => {
          if (id !== sentKey.id) return;
          calls += 1;
          close();
          if (calls < 100) renew();
        });
      };
      renew();
      await adapter().send([sentKey]);
      assert.equal(calls, 1);
    },
  );

  testAdapter('when a listener throws, the others are still called, and the error is logged', async () => {
    const err = new Error('a listener at fault');
    adapter().revocations.onRevoked(({ id }) => {
      if (id === sentKey.id) throw err;
    });
    const otherListener = listen();
    await adapter().send([sentKey]);
    assert.deepEqual(otherListener.received, [sentKey]);
    assert.deepEqual(adapter().errors, [{ err, apiKeyId: sentKey.id }]);
  });
}
