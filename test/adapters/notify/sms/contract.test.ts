import { describe, test } from 'vitest';
import { smsNotifier } from '../../../../src/adapters/notify/sms/sms-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { RecordingInbox, RecordingLogger } from '../../../support/notify/notices.ts';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  TWILIO_NUMBER,
  TwilioServer,
} from '../../../support/notify/twilio-server.ts';
import { withoutRepetitions } from '../../../support/notify/without-repetitions.ts';

const ACCOUNT = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: TWILIO_NUMBER };

/** Returns the labels in `Reply 7 for Yes, 8 for No.` */
const numberedLabels = (text: string): string[] =>
  (/^Reply (\d+ for .*)\.$/m.exec(text)?.[1] ?? '').split(/(?:^|, )\d+ for /).filter((label) => label !== '');

notifierContract(withoutRepetitions({ describe, test }), async (state) => {
  const server = await TwilioServer.start();
  const apiUrl = server.url;
  if (state === 'refuses') server.refusal = { status: 400, code: 21211 };
  else if (state === 'unreachable') await server[Symbol.asyncDispose]();
  else server.state = state;
  const options = { ...ACCOUNT, apiUrl, receivesReplies: true, logger: new RecordingLogger() };
  const notifier = await smsNotifier(options);
  await notifier.receive!(new RecordingInbox());
  return {
    notifier,
    settings: { number: '+4915123456789' },
    arrivals: async () =>
      server.messages.map(({ body }, nth) => ({
        ...{ id: String(nth), text: body, url: body.split('\n').at(-1)! },
        answers: numberedLabels(body),
      })),
    close: () => server[Symbol.asyncDispose](),
  };
});
