import { expect, test } from 'vitest';
import { twilioWebhook } from '../../../../src/adapters/notify/sms/twilio-webhook.ts';
import { AUTH_TOKEN, incomingRequest } from '../../../support/notify/twilio-server.ts';

const publicUrl = 'https://agents.example.com/hooks/twilio?number=1';
const webhook = await twilioWebhook({ authToken: AUTH_TOKEN, publicUrl });

test('a request that Twilio signed is read', () => {
  const { signature, body } = incomingRequest(publicUrl, '+4915123456789', 'Ja & nein + 100 % 🙂');
  expect(webhook.read(signature, body)).toEqual({
    ...{ id: `SM${'1'.repeat(32)}`, from: '+4915123456789', text: 'Ja & nein + 100 % 🙂' },
  });
});

test('a request with another signature, address, text or secret is not from Twilio', () => {
  const { signature, body } = incomingRequest(publicUrl, '+4915123456789', '1');
  for (const [given, sent] of [
    [undefined, body],
    ['', body],
    ['AAAA', body],
    [signature, body.replace('Body=1', 'Body=2')],
    [signature, `${body}&Body=2`],
    [incomingRequest(`${publicUrl}2`, '+4915123456789', '1').signature, body],
    [incomingRequest(publicUrl, '+4915123456789', '1', { authToken: 'another token' }).signature, body],
  ] as const)
    expect(webhook.read(given, sent), sent).toBeNull();
});

test('a request without the id of its message cannot be told from a repetition, and is refused', () => {
  const { signature, body } = incomingRequest(publicUrl, '+4915123456789', '1', { messageSid: '' });
  expect(webhook.read(signature, body)).toBeNull();
});

test('the response sends a reply, or none', () => {
  expect(webhook.responseOf('a < b & c')).toContain(
    '<Response><Message>a &lt; b &amp; c</Message></Response>',
  );
  expect(webhook.responseOf(null)).toContain('<Response/>');
});
