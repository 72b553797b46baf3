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

test('names each watched instance once, with the oldest version seen, until its last listener goes', () => {
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
  expect([...signals.watched()]).toEqual([
    { ...instance, version: 3 },
    { ...other, version: 9 },
  ]);
  for (const { close } of open) close();
  expect(signals.size).toBe(0);
  expect([...signals.watched()]).toEqual([]);
});

test('tells what a sweep found only to those who have not seen it', () => {
  const signals = new InProcessSignals();
  const told: string[] = [];
  signals.subscribe(
    instance,
    () => told.push('behind'),
    () => 3,
  );
  signals.subscribe(
    instance,
    () => told.push('up to date'),
    () => 4,
  );
  signals.publishUnseen([{ ...instance, version: 4 } satisfies Signal]);
  expect(told).toEqual(['behind']);
});

test('makes a process warning of what a listener throws when it has no logger', () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const signals = new InProcessSignals();
  signals.subscribe(
    instance,
    () => {
      throw new Error('a listener at fault');
    },
    () => 0,
  );
  signals.publish([{ ...instance, version: 1 }]);
  expect(warnings).toHaveBeenCalledExactlyOnceWith('A signal listener threw', {
    type: 'SignalsWarning',
    detail: expect.stringContaining('a listener at fault'),
  });
  warnings.mockRestore();
});
