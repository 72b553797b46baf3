import { expect, test } from 'vitest';
import { formOfChange } from '../../../web/src/model/notification/channel-form.ts';
import type { NotificationChannel } from '../../../web/src/model/wire.ts';

const ntfy: NotificationChannel = {
  ...{ channel: 'ntfy', title: 'ntfy', ready: true, hint: '', public_key: null },
  settings: {
    type: 'object',
    properties: {
      url: { type: 'string', title: 'Address', description: 'Of the topic.' },
      token: { type: 'string', title: 'Token', description: 'If the server asks for one.' },
    },
    required: ['url'],
  },
  secret_fields: ['token'],
};

test('a form of changes has the fields of the channel as they are', () => {
  expect(formOfChange(ntfy)).toEqual(ntfy.settings);
});

test('nothing but the name can be changed of a browser, or of a channel that is gone', () => {
  const webpush = { ...ntfy, channel: 'webpush', public_key: 'key' };
  for (const channel of [webpush, { ...ntfy, ready: false, settings: null }, null])
    expect(formOfChange(channel).properties).toEqual({});
});
