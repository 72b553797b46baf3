import { describe, expect, test } from 'vitest';
import { neighbourInList, nextWaiting, placeAmong } from '../../web/src/model/list-walk.ts';
import { groupByStatus } from '../../web/src/model/status-group.ts';
import { anInstance } from './builders.ts';

/** The list with these instances, in this order. */
const listOf = (waiting: string, active = '') =>
  groupByStatus([
    ...[...waiting].map((id, nth) =>
      anInstance({ id, status: 'AWAITING_INPUT', latest_message_at: `2026-01-01T10:00:0${nth}.000Z` }),
    ),
    ...[...active].map((id, nth) => anInstance({ id, started_at: `2026-01-01T10:00:0${9 - nth}.000Z` })),
  ]);

const go = (waiting: string, active: string, open: string, waitingWhenOpened: string, offset: 1 | -1 = 1) =>
  neighbourInList(listOf(waiting, active), open, placeAmong([...waitingWhenOpened], open), offset);

describe('going on in the list', () => {
  test.each([
    // waiting, active, open, waiting when it was opened, next
    ['ABC', 'XY', 'A', 'ABC', 'B'],
    ['ABC', 'XY', 'C', 'ABC', 'X'],
    ['ABC', 'XY', 'X', 'ABC', 'Y'],
    ['ABC', 'XY', 'Y', 'ABC', null],
  ])('goes to the next row: %s %s from %s', (waiting, active, open, opened, next) => {
    expect(go(waiting, active, open, opened)).toBe(next);
  });

  test.each([
    ['BC', 'AXY', 'A', 'ABC', 'B'],
    ['AC', 'XYB', 'B', 'ABC', 'C'],
    ['ABC', 'XY', 'A', 'ABC', 'B'],
    // B has been answered elsewhere meanwhile, and D asks.
    ['CD', 'ABX', 'A', 'ABC', 'C'],
    ['AD', 'BCX', 'B', 'ABC', 'D'],
    // After the last one, the first that was skipped.
    ['AB', 'XCY', 'C', 'ABC', 'A'],
    // One of two questions was answered: the instance still waits, but less long than the others.
    ['BCA', 'X', 'A', 'ABC', 'B'],
    ['ACDB', 'X', 'B', 'ABC', 'C'],
    ['ADB', 'X', 'B', 'AB', 'D'],
    ['', 'AXY', 'A', 'A', 'X'],
    ['', 'XYA', 'A', 'A', null],
  ])(
    'after an answer goes to the next that waits: %s %s from %s of %s',
    (waiting, active, open, opened, next) => {
      expect(go(waiting, active, open, opened)).toBe(next);
    },
  );

  test.each([
    ['AC', 'BX', 'B', 'ABC', 'A'],
    ['BC', 'XA', 'A', 'ABC', 'X'],
    ['ABC', 'X', 'C', 'ABC', 'B'],
  ])('backwards: %s %s from %s of %s', (waiting, active, open, opened, next) => {
    expect(go(waiting, active, open, opened, -1)).toBe(next);
  });

  test('begins at the first or the last row when none is open, or the open one is filtered out', () => {
    expect(neighbourInList(listOf('AB', 'X'), null, null, 1)).toBe('A');
    expect(neighbourInList(listOf('AB', 'X'), null, null, -1)).toBe('X');
    expect(neighbourInList(listOf('AB'), 'X', null, 1)).toBe('A');
    expect(neighbourInList([], 'X', null, 1)).toBeNull();
  });
});

test.each([
  // The one that has waited longest is first.
  ['ABC', null, 'A'],
  ['ABC', 'X', 'A'],
  ['ABC', 'A', 'B'],
  ['ABC', 'C', 'A'],
  ['A', 'A', null],
  ['', 'X', null],
  ['', null, null],
])('the next that waits, of %s, from %s, is %s', (waiting, open, next) => {
  expect(nextWaiting([...waiting], open)).toBe(next);
});
