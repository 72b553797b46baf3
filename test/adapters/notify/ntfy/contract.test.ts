import { describe, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { ntfyNotifier } from '../../../../src/adapters/notify/ntfy/ntfy-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { startNtfyServer } from '../../../support/notify/ntfy-server.ts';

const token = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';

notifierContract({ describe, test }, async (state) => {
  const server = await startNtfyServer(state, { token });
  return {
    notifier: ntfyNotifier({ send: guardedHttp({ allowPrivateTargets: true }) }),
    settings: { url: `${server.url}/my-topic`, token },
    arrivals: async () =>
      server.messages.map(({ title = '', message, click, actions = [], sequence_id = '' }) => ({
        id: sequence_id,
        text: `${title}\n${message}`,
        url: click ?? null,
        answers: actions.filter(({ action }) => action === 'http').map(({ label }) => label),
      })),
    close: async () => server[Symbol.asyncDispose](),
  };
});
