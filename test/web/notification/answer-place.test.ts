import { expect, test } from 'vitest';
import { answerPlace } from '../../../web/src/model/notification/answer-place.ts';
import { aDelivery, aDestination } from '../builders.ts';

const DESTINATIONS = [aDestination(), aDestination({ id: 'tablet', name: 'Tablet' })];
const opened = (destination_id: string, time: string) =>
  aDelivery({ destination_id, status: 'opened', opened_at: `2026-01-01T${time}:00.000Z` });

test('an answer names the destination that was opened, by the last opening of its channel', () => {
  const deliveries = [
    opened('phone', '10:01'),
    opened('tablet', '10:02'),
    aDelivery({ status: 'opened', channel: 'email', opened_at: '2026-01-01T10:03:00.000Z' }),
  ];
  expect(answerPlace('ntfy', deliveries, DESTINATIONS)).toBe('through Tablet (ntfy)');
  expect(answerPlace('ntfy', deliveries.slice(0, 1), DESTINATIONS)).toBe('through Phone (ntfy)');
});

test.each([
  [null, null],
  ['page', 'on the page'],
  ['terminal', 'in a terminal'],
  ['email', 'by e-mail'],
  ['webpush', 'in a browser notification'],
  ['telegram', 'through Telegram'],
  ['ntfy', 'through ntfy'],
])('an answer from %s whose destination is not known was given: %s', (via, text) => {
  expect(answerPlace(via, [aDelivery()], DESTINATIONS)).toBe(text);
});
