import { describe, expect, test } from 'vitest';
import { deliveryText, messageDeliveryText } from '../../../web/src/model/notification/delivery-text.ts';
import type { Delivery } from '../../../web/src/model/wire.ts';
import { aDelivery, aDestination } from '../builders.ts';

/** A time of one day, in the local time zone as the page shows it. */
const at = (time: string): string => new Date(`2026-01-01T${time}:00`).toISOString();
const NOW = Date.parse(at('12:30'));
const SENT = { status: 'sent', sent_at: at('12:03') } as const;

describe('a delivery is described', () => {
  test.each([
    [{ next_try_at: at('12:40') }, 'waiting until 12:40'],
    [{ next_try_at: at('12:30') }, 'being sent'],
    [{ error: 'no network', next_try_at: at('12:31') }, 'not sent yet: no network; next attempt 12:31'],
    [{ error: 'no network', next_try_at: at('12:29') }, 'not sent yet: no network'],
    [SENT, 'sent 12:03'],
    [{ ...SENT, status: 'opened', opened_at: at('12:04') }, 'sent 12:03, opened 12:04'],
    [{ status: 'opened', opened_at: at('12:04') }, 'opened 12:04'],
    [{ status: 'failed', error: 'no such topic' }, 'failed: no such topic'],
    [{ status: 'withdrawn' }, 'not sent: it was over before'],
    [{ ...SENT, status: 'withdrawn' }, 'sent 12:03, taken back'],
    [{ ...SENT, status: 'withdrawn', channel: 'webhook' }, 'sent 12:03, told that it is over'],
  ] as [Partial<Delivery>, string][])('%j as %s', (change, text) => {
    expect(deliveryText(aDelivery({ ...change }), NOW, 'en-GB')).toBe(text);
  });
});

describe('a question says where it was delivered', () => {
  const text = (change: Partial<Delivery>, destinations = [aDestination()]) =>
    messageDeliveryText(aDelivery(change), destinations, NOW, 'en-GB');

  test('with the name and the channel of the destination', () => {
    expect(text({ ...SENT, status: 'opened', opened_at: at('12:04') })).toBe(
      'Sent to Phone (ntfy) 12:03, opened 12:04',
    );
    expect(text({ status: 'failed', error: 'no such topic' })).toBe('To Phone (ntfy): failed: no such topic');
    expect(text({ status: 'withdrawn' })).toBe('Not sent to Phone (ntfy): it was over before');
  });

  test('with the words of people for the channel', () => {
    const named = (name: string, channel: string) =>
      text({ ...SENT, channel }, [aDestination({ name, channel })]);
    expect(named('E-mail', 'email')).toBe('Sent to E-mail 12:03');
    expect(named('Work', 'email')).toBe('Sent to Work (e-mail) 12:03');
    expect(named('Chromium', 'webpush')).toBe('Sent to Chromium (browser) 12:03');
  });

  test('also if the destination is named like its channel, or was removed', () => {
    expect(text(SENT, [aDestination({ name: 'ntfy' })])).toBe('Sent to ntfy 12:03');
    expect(text(SENT, [])).toBe('Sent to a removed destination (ntfy) 12:03');
  });
});
