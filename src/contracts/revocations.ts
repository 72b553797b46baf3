import assert from 'node:assert/strict';
import type { UserId } from '../domain/ids.ts';
import type { Logger } from '../ports/runtime.ts';
import type { Revocations, Revoked } from '../ports/signals/revocations.ts';
import type { ApiKeyName } from '../ports/storage/api-key-repository.ts';
import { aKeyId } from './an-api-key.ts';
import { openedByEachTest } from './opened-by-each-test.ts';
import type { TestRunner } from './test-runner.ts';

/** An adapter under test, and the way that revoked keys take to it. */
export interface OpenRevocations {
  readonly revocations: Revocations;
  /** Resolves once the keys have been told to every listener. */
  readonly send: (keys: readonly Revoked[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every adapter of the revocations port keeps to, whichever way the keys come. */
export function revocationsContract(
  runner: TestRunner,
  open: (logger: Logger) => Promise<OpenRevocations>,
): void {
  const someKey = (userId = 'ada'): ApiKeyName => ({ userId: userId as UserId, id: aKeyId() });
  const sent = someKey();
  const { rule, opened } = openedByEachTest(runner, open);

  /** Listens and records what a test has sent. */
  const listen = (wanted: readonly Revoked[] = [sent]) => {
    const ids = new Set<string | null>(wanted.map(({ id }) => id));
    const received: Revoked[] = [];
    const { close } = opened().revocations.onRevoked((key) => {
      if (ids.has(key.id)) received.push(key);
    });
    return { received, close };
  };

  rule('reaches every listener, with every key, in order', async () => {
    const keys = [someKey('ada'), someKey('eve'), someKey('ada')];
    const listeners = [listen(keys), listen(keys)];
    await opened().send(keys);
    assert.deepEqual(
      listeners.map(({ received }) => received),
      [keys, keys],
    );
  });

  rule('comes where nobody waits for signals', async () => {
    const { received } = listen();
    await opened().send([sent]);
    assert.deepEqual(received, [sent]);
  });

  rule('sends nothing to a closed subscription, and closing twice harms no other', async () => {
    const [closed, open] = [listen(), listen()];
    closed.close();
    closed.close();
    await opened().send([sent]);
    assert.deepEqual(closed.received, []);
    assert.deepEqual(open.received, [sent]);
  });

  rule('tells a function that listens twice twice, until each subscription is closed', async () => {
    let calls = 0;
    const count = ({ id }: Revoked) => {
      if (id === sent.id) calls += 1;
    };
    const [first, second] = [opened().revocations.onRevoked(count), opened().revocations.onRevoked(count)];
    await opened().send([sent]);
    first.close();
    await opened().send([sent]);
    second.close();
    await opened().send([sent]);
    assert.equal(calls, 3);
  });

  rule('lets a listener close itself and another while a key is told', async () => {
    const received: string[] = [];
    const first = opened().revocations.onRevoked(() => {
      received.push('first');
      first.close();
      second.close();
    });
    const second = opened().revocations.onRevoked(() => received.push('second'));
    const third = listen();
    await opened().send([sent, sent]);
    assert.deepEqual(received, ['first']);
    assert.equal(third.received.length, 2);
  });

  rule('does not tell the key under way to a subscription that a listener opens', async () => {
    let calls = 0;
    const renew = (): void => {
      const { close } = opened().revocations.onRevoked(({ id }) => {
        if (id !== sent.id) return;
        calls += 1;
        close();
        if (calls < 100) renew();
      });
    };
    renew();
    await opened().send([sent]);
    assert.equal(calls, 1);
  });

  rule('reaches the others when a listener throws, and logs what it threw', async () => {
    const err = new Error('a listener at fault');
    opened().revocations.onRevoked(({ id }) => {
      if (id === sent.id) throw err;
    });
    const next = listen();
    await opened().send([sent]);
    assert.deepEqual(next.received, [sent]);
    assert.deepEqual(opened().errors, [{ err, apiKeyId: sent.id }]);
  });
}
