import { beforeEach, describe, expect, test } from 'vitest';
import { KeptFeedback } from '../../../../src/adapters/mcp/stdio/kept-feedback.ts';
import type { WireOutcome } from '../../../../src/application/wire/outcome.ts';
import { MAX_DELIVERIES } from '../../../../src/domain/conversation/hand-off/lease.ts';

let kept: KeptFeedback;
beforeEach(() => {
  kept = new KeptFeedback();
});

/** Makes a call, to whose feedback the server contributes `fromServer`. */
const call = (text: string, fromServer: readonly string[] = [], instance = 'one') =>
  kept.addTo({ user_feedback: fromServer, outcomes: [], redelivered: false }, instance, text);
const written = (...user_feedback: string[]) => ({ user_feedback, outcomes: [] });
const nothing = { user_feedback: [], outcomes: [], redelivered: false };

describe('feedback that came with a question of `approve`', () => {
  test('is in the next result, before what the server has handed over since', () => {
    kept.keep('one', written('stop'));
    kept.keep('one', written('use tabs'));
    expect(call('go on', ['hurry'])).toEqual({
      user_feedback: ['stop', 'use tabs', 'hurry'],
      outcomes: [],
      redelivered: false,
    });
  });

  test('is sent again, marked, to a repeat of that call, and not after another call', () => {
    kept.keep('one', written('stop'));
    call('go on');
    expect(call('go on')).toEqual({ user_feedback: ['stop'], outcomes: [], redelivered: true });
    expect(call('something else')).toEqual(nothing);
    expect(call('go on')).toEqual(nothing);
  });

  test('is sent a limited number of times', () => {
    kept.keep('one', written('stop'));
    const results = Array.from({ length: 20 }, () => call('Done.').user_feedback.length);
    expect(results.filter((count) => count > 0)).toHaveLength(MAX_DELIVERIES);
  });

  test('is for its own agent instance', () => {
    kept.keep('one', written('stop'));
    expect(call('go on', [], 'another')).toEqual(nothing);
    expect(call('go on')).toMatchObject({ user_feedback: ['stop'] });
  });

  test('is not sent again after the end of the session, which acknowledges it', () => {
    kept.keep('one', written('stop'));
    call('go on');
    kept.endLease('one');
    expect(call('go on')).toEqual(nothing);
  });
});

test('what the server has handed over is sent again only after `approve` has ended its lease', () => {
  kept.keep('one', written('stop'));
  call('go on', ['hurry']);
  expect(call('go on')).toEqual({ user_feedback: ['stop'], outcomes: [], redelivered: true });
  call('next', ['use tabs']);
  kept.endServerLease('one');
  expect(call('next')).toEqual({ user_feedback: ['use tabs'], outcomes: [], redelivered: true });
});

test('the outcomes that came with a question of `approve` are kept like its feedback', () => {
  const outcomes: WireOutcome[] = [
    {
      question_id: 'another',
      status: 'expired',
      values: null,
      form: null,
      decided_by: null,
      via: null,
      answered_at: null,
    },
  ];
  kept.keep('one', { user_feedback: [], outcomes });
  expect(call('go on')).toEqual({ user_feedback: [], outcomes, redelivered: false });
  expect(call('go on')).toEqual({ user_feedback: [], outcomes, redelivered: true });
  expect(call('next')).toEqual(nothing);
});
