import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { signalsContract } from '../../../src/contracts/signals.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';

describe('signals: in process', () => {
  signalsContract({ describe, test }, async (logger) => {
    const signals = new InProcessSignals(logger);
    return { signals, send: async (sent) => signals.publish(sent), close: async () => {} };
  });
});

const instance = { userId: 'ada' as UserId, agentInstanceId: randomUUID() as AgentInstanceId };

test('lists each watched instance once, with the oldest version seen, until its last listener closes', () => {
  const signals = new InProcessSignals();
  const other = { userId: 'eve' as UserId, agentInstanceId: instance.agentInstanceId };
  const open = [
    signals.subscribe(
      instance,
      () => {},
      () => 5,
    ),
    signals.subscribe(
      instance,
      () => {},
      () => 3,
    ),
    signals.subscribe(
      instance,
      () => {},
      () => 4,
    ),
    signals.subscribe(
      other,
      () => {},
      () => 9,
    ),
  ];
  expect(signals.size).toBe(4);
  expect([...signals.watchedInstances()]).toEqual([
    { ...instance, version: 3 },
    { ...other, version: 9 },
  ]);
  for (const { close } of open) close();
  expect(signals.size).toBe(0);
  expect([...signals.watchedInstances()]).toEqual([]);
});

test('passes the result of a sweep only to listeners that have not seen that version', () => {
  const signals = new InProcessSignals();
  const notified: string[] = [];
  signals.subscribe(
    instance,
    () => notified.push('behind'),
    () => 3,
  );
  signals.subscribe(
    instance,
    () => notified.push('up to date'),
    () => 4,
  );
  signals.publishUnseen([{ ...instance, version: 4 } satisfies Signal]);
  expect(notified).toEqual(['behind']);
});

test('reports an error of a listener as a process warning when there is no logger', () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const signals = new InProcessSignals();
  signals.subscribe(
    instance,
    () => {
      throw new Error('a failing listener');
    },
    () => 0,
  );
  signals.publish([{ ...instance, version: 1 }]);
  expect(warnings).toHaveBeenCalledExactlyOnceWith('A signal listener threw', {
    type: 'SignalsWarning',
    detail: expect.stringContaining('a failing listener'),
  });
  warnings.mockRestore();
});
