import * as v from 'valibot';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';

/** Lists the channels through which this server can reach people, and those that it could be set up for. */
export const listNotificationChannels = defineUseCase({
  name: 'list_notification_channels',
  summary: 'List the ways in which this server can notify you',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({
    channels: v.array(
      v.object({
        channel: v.string(),
        title: v.string(),
        ready: v.pipe(v.boolean(), v.description('Whether this server is set up for it')),
        hint: v.pipe(v.string(), v.description('What to fill in, or how to set it up')),
        settings: v.pipe(
          v.nullable(v.record(v.string(), v.unknown())),
          v.description('A flat JSON Schema: the fields of a destination. null if it is not ready'),
        ),
        secret_fields: v.array(v.string()),
        public_key: v.pipe(
          v.nullable(v.string()),
          v.description('Web push only: the key with which a browser subscribes to this server'),
        ),
      }),
    ),
  }),
  async run(ports) {
    const { channels, links } = requireNotifications(ports);
    const localAddress = links.localAddress();
    return {
      channels: [
        ...channels.notifiers.map(({ channel, title, hint, settings, secretFields, publicKey = null }) => ({
          ...{ channel, title, ready: true },
          hint: localAddress === null || publicKey !== null ? hint : `${hint} ${localHint(localAddress)}`,
          settings: { ...settings },
          secret_fields: [...secretFields],
          public_key: publicKey,
        })),
        ...channels.missing.map((missing) => ({
          ...missing,
          ready: false,
          settings: null,
          secret_fields: [],
          public_key: null,
        })),
      ],
    };
  },
});

/** A browser on this computer can open the address. */
const localHint = (address: string): string =>
  `Its buttons and links lead to ${address}, which only this computer can open: to answer elsewhere, start the server with PUBLIC_URL.`;
