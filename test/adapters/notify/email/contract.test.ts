import { describe, test } from 'vitest';
import { emailNotifier } from '../../../../src/adapters/notify/email/email-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { linksOf } from '../../../support/notify/mail-links.ts';
import { startMailServer } from '../../../support/notify/mail-server.ts';

notifierContract({ describe, test }, async (state) => {
  const server = await startMailServer(state);
  return {
    notifier: emailNotifier({ smtpUrl: server.url, from: 'Agent Dashboard <dashboard@example.com>' }),
    settings: { address: 'ada@example.com' },
    arrivals: async () =>
      server.mails.map((mail) => {
        const links = linksOf(mail.html);
        return {
          id: mail.headers['message-id']!,
          text: `${mail.headers.subject}\n${mail.text}`,
          url: links.at(-1)!.url,
          answers: links.slice(0, -1).map(({ label }) => label),
        };
      }),
    close: async () => server[Symbol.asyncDispose](),
  };
});
