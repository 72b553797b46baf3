import { expect, test } from 'vitest';
import { stopStateOf } from '../../web/src/model/stop-state.ts';
import { anInstance } from './builders.ts';

const [ASKED, SEEN, ENDED] = [
  '2026-01-01T11:00:00.000Z',
  '2026-01-01T11:01:00.000Z',
  '2026-01-01T11:02:00.000Z',
];
const stop_requested = { reason: 'Wrong branch', at: ASKED };

test.each([
  ['requested', {}, ASKED],
  ['told', { stop_seen_at: SEEN }, SEEN],
  ['stopped', { stop_seen_at: SEEN, status: 'COMPLETED', ended_at: ENDED }, ENDED],
  // The user has ended the run, and the agent does not know.
  ['ended', { status: 'COMPLETED', ended_at: ENDED }, ENDED],
] as const)('a request to stop is %s, since the time of that', (stage, change, at) => {
  expect(stopStateOf(anInstance({ stop_requested, ...change }))).toEqual({
    stage,
    reason: 'Wrong branch',
    at,
  });
});

test('an agent that ends without a request has not been stopped', () => {
  expect(stopStateOf(anInstance({ status: 'COMPLETED', ended_at: ENDED }))).toBeNull();
});
