import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { DeliveryError, type Notice } from '../../ports/notifier.ts';
import type { TestRunner } from '../test-runner.ts';
import type { OpenNotifier, OpenNotifierIn, ServiceState } from './open-notifier.ts';

/** A channel that is open for one test. */
export interface OpenedNotifier extends OpenNotifier {
  /** Delivers a notice and returns the receipt as a store gives it back. */
  deliver(notice: Notice): Promise<Awaited<ReturnType<OpenNotifier['notifier']['deliver']>>>;
}

/** Returns a function that defines a test with a channel of its own, whose service is in this state. */
export const notifierTest =
  ({ test }: TestRunner, open: OpenNotifierIn) =>
  (name: string, state: ServiceState, run: (opened: OpenedNotifier) => Promise<void>): unknown =>
    test(name, async () => {
      const opened = await open(state);
      try {
        await run({
          ...opened,
          deliver: async (notice) => {
            const receipt = await opened.notifier.deliver(opened.settings, notice, neverAborted());
            return JSON.parse(JSON.stringify(receipt));
          },
        });
      } finally {
        await opened.close();
      }
    });

export const neverAborted = (): AbortSignal => new AbortController().signal;

/** Waits for a DeliveryError, and checks that people can read it and that it tells no secret. */
export async function deliveryErrorOf(
  { notifier, settings }: OpenNotifier,
  attempt: Promise<unknown>,
): Promise<DeliveryError> {
  const error = await attempt.then(
    () => assert.fail('It resolved'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeliveryError, inspect(error));
  assert.match(error.message, /^\P{C}{10,300}$/u);
  assert.doesNotMatch(error.message, /undefined|\[object|Error:/);
  // The log of the server has the error with its causes.
  assertTellsNoSecret(inspect(error, { depth: 10, showHidden: true }), notifier.secretFields, settings);
  return error;
}

export function assertTellsNoSecret(
  text: string,
  secretFields: readonly string[],
  settings: OpenNotifier['settings'],
): void {
  for (const name of secretFields) {
    const secret = settings[name];
    assert.ok(typeof secret === 'string' && secret.length >= 8, `The settings need a value of ${name}`);
    assert.ok(!text.includes(secret), `${name} is in: ${text}`);
  }
}

/** Line breaks and tabs are allowed, and the two joiners that emoji and some languages need. */
const UNPRINTABLE = /[[\p{C}\u2028\u2029]--[\n\r\t\u200C\u200D]]/v;

export const assertPlain = (text: string): void => assert.doesNotMatch(text, UNPRINTABLE);
