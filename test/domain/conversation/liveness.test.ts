import { describe, expect, test } from 'vitest';
import type { StoredStatus } from '../../../src/domain/conversation/agent-instance.ts';
import { lastSignOfLife, shownStatus } from '../../../src/domain/conversation/liveness.ts';
import { anAgentInstance, BEFORE, NOW } from '../../support/builders.ts';

const LATER = new Date(BEFORE.getTime() + 1);
const silent = { staleBefore: LATER, agentWaiting: false };

describe('an instance', () => {
  test.each<[StoredStatus, string]>([
    ['ACTIVE', 'STALE'],
    ['AWAITING_INPUT', 'AWAITING_INPUT'],
    ['COMPLETED', 'COMPLETED'],
    ['DELETED', 'DELETED'],
  ])('that is %s and silent shows as %s', (status, shown) => {
    expect(shownStatus(anAgentInstance({ status }), silent)).toBe(shown);
  });

  test('that has ended and could not finish shows as FAILED', () => {
    expect(shownStatus(anAgentInstance({ status: 'COMPLETED', failure: 'no disk' }), silent)).toBe('FAILED');
    const deleted = anAgentInstance({ status: 'DELETED', failure: 'no disk' });
    expect(shownStatus(deleted, silent)).toBe('DELETED');
  });

  test('is not yet stale exactly at the limit', () => {
    expect(shownStatus(anAgentInstance(), { ...silent, staleBefore: BEFORE })).toBe('ACTIVE');
  });

  test('with a waiting agent is not stale', () => {
    expect(shownStatus(anAgentInstance(), { ...silent, agentWaiting: true })).toBe('ACTIVE');
  });

  test.each([
    ['activity', { lastActivityAt: NOW }],
    ['activity after a heartbeat', { lastActivityAt: NOW, lastHeartbeatAt: BEFORE }],
    ['a heartbeat after activity', { lastHeartbeatAt: NOW }],
  ])('gives its last sign of life by %s', (_, fields) => {
    const instance = anAgentInstance(fields);
    expect(lastSignOfLife(instance)).toEqual(NOW);
    expect(shownStatus(instance, silent)).toBe('ACTIVE');
  });
});
