import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';
import type { Logger } from '../ports/runtime.ts';
import type { Signal, Signals } from '../ports/signals/signals.ts';
import { adapterPerTest } from './adapter-per-test.ts';
import type { TestRunner } from './test-runner.ts';

/** The adapter under test, and a way to send signals to it. */
export interface OpenSignals {
  readonly signals: Signals;
  /** Sends signals. Resolves when they have been delivered to every listener. */
  readonly send: (signals: readonly Signal[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The contract suite for adapters of the `Signals` port.
 * @param open opens an adapter; called once in each test.
 */
export function signalsContract(runner: TestRunner, open: (logger: Logger) => Promise<OpenSignals>): void {
  const instance = { userId: 'ada' as UserId, agentInstanceId: randomUUID() as AgentInstanceId };
  const sentSignal: Signal = { ...instance, version: 1 };
  const { testAdapter, adapter } = adapterPerTest(runner, open);

  /** Subscribes to an instance and records the signals. */
  const listen = (subscribedInstance: Pick<Signal, 'userId' | 'agentInstanceId'> = instance) => {
    const received: Signal[] = [];
    const { close } = adapter().signals.subscribe(
      subscribedInstance,
      (signal) => received.push(signal),
      () => 0,
    );
    return { received, close };
  };

  testAdapter('a signal reaches every listener of its instance', async () => {
    const listeners = [listen(), listen(), listen()];
    await adapter().send([sentSignal]);
    assert.deepEqual(
      listeners.map(({ received }) => received),
      [[sentSignal], [sentSignal], [sentSignal]],
    );
  });

  testAdapter('each signal of a batch reaches the listeners of its own instance, in order', async () => {
    const other = { userId: instance.userId, agentInstanceId: randomUUID() as AgentInstanceId };
    const [one, two] = [listen(), listen(other)];
    const batch = [sentSignal, { ...other, version: 7 }, { ...instance, version: 2 }];
    await adapter().send(batch);
    assert.deepEqual(one.received, [batch[0], batch[2]]);
    assert.deepEqual(two.received, [batch[1]]);
  });

  testAdapter('a signal does not reach another user who has an instance with the same id', async () => {
    const stranger = listen({ ...instance, userId: 'eve' as UserId });
    const owner = listen();
    await adapter().send([sentSignal]);
    assert.deepEqual(owner.received, [sentSignal]);
    assert.deepEqual(stranger.received, []);
  });

  testAdapter(
    'subscribeAll delivers the signals of all instances of the user, new ones included, and of no other user',
    async () => {
      const listenToAll = (userId: UserId) => {
        const received: Signal[] = [];
        const nothingSeen = { versionOf: () => 0, total: () => 0 };
        const { close } = adapter().signals.subscribeAll(
          userId,
          (signal) => received.push(signal),
          nothingSeen,
        );
        return { received, close };
      };
      const grace = 'grace' as UserId;
      const firstSignal = { ...sentSignal, userId: grace };
      const secondSignal = { ...firstSignal, agentInstanceId: randomUUID() as AgentInstanceId };
      const [all, stranger, one] = [listenToAll(grace), listenToAll('eve' as UserId), listen(firstSignal)];
      await adapter().send([firstSignal, secondSignal]);
      assert.deepEqual(
        [all.received, stranger.received, one.received],
        [[firstSignal, secondSignal], [], [firstSignal]],
      );
      all.close();
      all.close();
      await adapter().send([{ ...firstSignal, version: 2 }]);
      assert.deepEqual([all.received.length, one.received.length], [2, 2]);
    },
  );

  testAdapter('a closed subscription receives nothing; closing it twice leaves others open', async () => {
    const [closedListener, openListener] = [listen(), listen()];
    closedListener.close();
    closedListener.close();
    await adapter().send([sentSignal]);
    assert.deepEqual(closedListener.received, []);
    assert.deepEqual(openListener.received, [sentSignal]);
  });

  testAdapter('closing an old subscription twice leaves a newer one of the same instance open', async () => {
    const old = listen();
    old.close();
    const renewed = listen();
    old.close();
    await adapter().send([sentSignal]);
    assert.deepEqual(renewed.received, [sentSignal]);
  });

  testAdapter(
    'a listener may close its own and another subscription while a signal is delivered',
    async () => {
      const received: string[] = [];
      const { signals } = adapter();
      const first = signals.subscribe(
        instance,
        () => {
          received.push('first');
          first.close();
          second.close();
        },
        () => 0,
      );
      const second = signals.subscribe(
        instance,
        () => received.push('second'),
        () => 0,
      );
      const third = listen();
      await adapter().send([sentSignal, { ...sentSignal, version: 2 }]);
      assert.deepEqual(received, ['first']);
      assert.equal(third.received.length, 2);
    },
  );

  testAdapter(
    'a subscription that a listener opens does not receive the signal that is being delivered',
    async () => {
      let calls = 0;
      const renew = (): void => {
        const { close } = adapter().signals.subscribe(
          instance,
          () => {
            calls += 1;
            close();
            if (calls < 100) renew();
          },
          () => 0,
        );
      };
      renew();
      const other = listen();
      await adapter().send([sentSignal]);
      assert.equal(calls, 1);
      assert.deepEqual(other.received, [sentSignal]);
    },
  );

  testAdapter('when a listener throws, the others are still called, and the error is logged', async () => {
    const err = new Error('a listener at fault');
    adapter().signals.subscribe(
      instance,
      () => {
        throw err;
      },
      () => 0,
    );
    const otherListener = listen();
    await adapter().send([sentSignal]);
    assert.deepEqual(otherListener.received, [sentSignal]);
    assert.deepEqual(adapter().errors, [{ err, agentInstanceId: instance.agentInstanceId }]);
  });
}
