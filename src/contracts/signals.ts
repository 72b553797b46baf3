import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';
import type { Logger } from '../ports/runtime.ts';
import type { Signal, Signals } from '../ports/signals/signals.ts';
import { openedByEachTest } from './opened-by-each-test.ts';
import type { TestRunner } from './test-runner.ts';

/** An adapter under test, and the way that signals take to it. */
export interface OpenSignals {
  readonly signals: Signals;
  /** Resolves once the signals have been delivered to every listener. */
  readonly send: (signals: readonly Signal[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every adapter of the signals port keeps to, whichever way the signals come. */
export function signalsContract(runner: TestRunner, open: (logger: Logger) => Promise<OpenSignals>): void {
  const instance = { userId: 'ada' as UserId, agentInstanceId: randomUUID() as AgentInstanceId };
  const sent: Signal = { ...instance, version: 1 };
  const { rule, opened } = openedByEachTest(runner, open);

  /** Listens and records. */
  const listen = (to: Pick<Signal, 'userId' | 'agentInstanceId'> = instance) => {
    const received: Signal[] = [];
    const { close } = opened().signals.subscribe(
      to,
      (signal) => received.push(signal),
      () => 0,
    );
    return { received, close };
  };

  rule('reaches every listener of the instance', async () => {
    const listeners = [listen(), listen(), listen()];
    await opened().send([sent]);
    assert.deepEqual(
      listeners.map(({ received }) => received),
      [[sent], [sent], [sent]],
    );
  });

  rule('delivers each signal of a batch to its own instance, in order', async () => {
    const other = { userId: instance.userId, agentInstanceId: randomUUID() as AgentInstanceId };
    const [one, two] = [listen(), listen(other)];
    const batch = [sent, { ...other, version: 7 }, { ...instance, version: 2 }];
    await opened().send(batch);
    assert.deepEqual(one.received, [batch[0], batch[2]]);
    assert.deepEqual(two.received, [batch[1]]);
  });

  rule('does not reach another user with the same instance id', async () => {
    const stranger = listen({ ...instance, userId: 'eve' as UserId });
    const owner = listen();
    await opened().send([sent]);
    assert.deepEqual(owner.received, [sent]);
    assert.deepEqual(stranger.received, []);
  });

  rule(
    'reaches whoever listens to all instances of the user, new ones included, and nobody else’s',
    async () => {
      const listenToAll = (userId: UserId) => {
        const received: Signal[] = [];
        const seen = { of: () => 0, total: () => 0 };
        const { close } = opened().signals.subscribeAll(userId, (signal) => received.push(signal), seen);
        return { received, close };
      };
      const grace = 'grace' as UserId;
      const here = { ...sent, userId: grace };
      const other = { ...here, agentInstanceId: randomUUID() as AgentInstanceId };
      const [all, stranger, one] = [listenToAll(grace), listenToAll('eve' as UserId), listen(here)];
      await opened().send([here, other]);
      assert.deepEqual([all.received, stranger.received, one.received], [[here, other], [], [here]]);
      all.close();
      all.close();
      await opened().send([{ ...here, version: 2 }]);
      assert.deepEqual([all.received.length, one.received.length], [2, 2]);
    },
  );

  rule('sends nothing to a closed subscription, and closing twice harms no other', async () => {
    const [closed, open] = [listen(), listen()];
    closed.close();
    closed.close();
    await opened().send([sent]);
    assert.deepEqual(closed.received, []);
    assert.deepEqual(open.received, [sent]);
  });

  rule('closing an old subscription again leaves a newer one of the same instance open', async () => {
    const old = listen();
    old.close();
    const renewed = listen();
    old.close();
    await opened().send([sent]);
    assert.deepEqual(renewed.received, [sent]);
  });

  rule('lets a listener close itself and another while a signal is delivered', async () => {
    const received: string[] = [];
    const { signals } = opened();
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
    await opened().send([sent, { ...sent, version: 2 }]);
    assert.deepEqual(received, ['first']);
    assert.equal(third.received.length, 2);
  });

  rule('does not give the signal under delivery to a subscription that a listener opens', async () => {
    let calls = 0;
    const renew = (): void => {
      const { close } = opened().signals.subscribe(
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
    await opened().send([sent]);
    assert.equal(calls, 1);
    assert.deepEqual(other.received, [sent]);
  });

  rule('reaches the others when a listener throws, and logs what it threw', async () => {
    const err = new Error('a listener at fault');
    opened().signals.subscribe(
      instance,
      () => {
        throw err;
      },
      () => 0,
    );
    const next = listen();
    await opened().send([sent]);
    assert.deepEqual(next.received, [sent]);
    assert.deepEqual(opened().errors, [{ err, agentInstanceId: instance.agentInstanceId }]);
  });
}
