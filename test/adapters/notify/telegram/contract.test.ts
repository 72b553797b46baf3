import { describe, test } from 'vitest';
import { codeOfChat } from '../../../../src/adapters/notify/telegram/telegram-code.ts';
import { telegramNotifier } from '../../../../src/adapters/notify/telegram/telegram-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { RecordingLogger } from '../../../support/notify/notices.ts';
import { BOT_TOKEN, TelegramServer } from '../../../support/notify/telegram-server.ts';
import { withoutRepetitions } from '../../../support/notify/without-repetitions.ts';

notifierContract(withoutRepetitions({ describe, test }), async (state) => {
  const server = await TelegramServer.start();
  const apiRoot = server.url;
  if (state === 'refuses') server.chats.clear();
  else if (state === 'unreachable') await server[Symbol.asyncDispose]();
  else server.state = state;
  return {
    notifier: await telegramNotifier({ token: BOT_TOKEN, apiRoot, logger: new RecordingLogger() }),
    settings: { code: codeOfChat(BOT_TOKEN, 42) },
    arrivals: async () =>
      server.history.map(({ id, text, keyboard }) => ({
        ...{ id: String(id), text },
        url: /https:\S+$/.exec(text)?.[0] ?? null,
        answers: keyboard.flat().map((button) => button.text),
      })),
    close: () => server[Symbol.asyncDispose](),
  };
});
