import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { importOptional } from '../../../../src/adapters/notify/chat/optional-package.ts';
import { run } from '../../../packaging/run.ts';

const ROOT = new URL('../../../../', import.meta.url);
const { devDependencies, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  await readFile(new URL('package.json', ROOT), 'utf8'),
);

/** How each channel is made, and the packages that it needs. */
const CHANNELS = [
  ['telegram/telegram-notifier', "telegramNotifier({ token: '1:a' })", ['grammy']],
  [
    'slack/slack-notifier',
    "slackNotifier({ botToken: 'xoxb-1', appToken: 'xapp-1' })",
    ['@slack/web-api', '@slack/socket-mode'],
  ],
  ['sms/sms-notifier', "smsNotifier({ accountSid: 'AC1', authToken: 'a', from: '+1' })", ['twilio']],
  ['sms/twilio-webhook', "twilioWebhook({ authToken: 'a', publicUrl: 'https://a' })", ['twilio']],
] as const;

test.each(CHANNELS)('without its packages, %s says how to install them', async (file, call, packages) => {
  const [name] = call.split('(');
  const script = `
    const { registerHooks } = await import('node:module');
    registerHooks({
      resolve(specifier, context, next) {
        if (!${JSON.stringify(packages)}.includes(specifier)) return next(specifier, context);
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });
    const { ${name} } = await import('./src/adapters/notify/${file}.ts');
    await ${call}.then(() => console.log('made'), ({ message }) => console.log(message));`;
  const output = await run(['--input-type=module', '--eval', script], { cwd: new URL('.', ROOT).pathname });
  const installed = packages.map((one) => `${one}@${devDependencies[one]}`).join(' ');
  expect(output.trim()).toMatch(/needs packages that are not installed: npm install /);
  expect(output.trim().endsWith(`npm install ${installed}`)).toBe(true);
});

test('the packages are optional, and nobody gets them with the server', () => {
  for (const name of CHANNELS.flatMap(([, , packages]) => packages)) {
    expect(dependencies).not.toHaveProperty(name);
    expect(peerDependencies[name]).toBe(`^${devDependencies[name]}`);
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  }
});

test('an error inside a package is not taken for a missing one', async () => {
  const broken = () => Promise.reject(new SyntaxError('broken'));
  await expect(importOptional('Telegram', 'grammy@1', broken)).rejects.toThrow('broken');
});
