import { describe, test } from 'vitest';
import { slackNotifier } from '../../../../src/adapters/notify/slack/slack-notifier.ts';
import { notifierContract } from '../../../../src/contracts/notifier/contract.ts';
import { RecordingLogger } from '../../../support/notify/notices.ts';
import {
  type Block,
  SLACK_APP_TOKEN,
  SLACK_BOT_TOKEN,
  SlackServer,
} from '../../../support/notify/slack-server.ts';
import { withoutRepetitions } from '../../../support/notify/without-repetitions.ts';

const labelOf = (text: string | { readonly text: string } | undefined): string =>
  typeof text === 'object' ? text.text : (text ?? '');
const textsOf = ({ type, text, elements = [] }: Block): string[] =>
  type === 'actions' ? [] : [labelOf(text), ...elements.map((element) => labelOf(element.text))];

notifierContract(withoutRepetitions({ describe, test }), async (state) => {
  const server = await SlackServer.start();
  const { apiUrl } = server;
  if (state === 'refuses') server.channels.clear();
  else if (state === 'unreachable') await server[Symbol.asyncDispose]();
  else server.state = state;
  const tokens = { botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN };
  return {
    notifier: await slackNotifier({ ...tokens, apiUrl, logger: new RecordingLogger() }),
    settings: { channel: 'C0123456789' },
    arrivals: async () =>
      server.history.map(({ ts, blocks }) => {
        const text = blocks.flatMap(textsOf).join('\n');
        const buttons = blocks.flatMap(({ type, elements = [] }) => (type === 'actions' ? elements : []));
        return {
          ...{ id: ts, text, url: /<(https:[^|>]*)\|Open Agent Dashboard>/.exec(text)?.[1] ?? null },
          answers: buttons.map((button) => labelOf(button.text)),
        };
      }),
    close: () => server[Symbol.asyncDispose](),
  };
});
