import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { webhookNotifier } from '../../../../src/adapters/notify/webhook/webhook-notifier.ts';
import { questionNotice, testOption } from '../../../../src/contracts/notifier/test-notices.ts';
import { startHttpService } from '../../../support/notify/http-service.ts';
import { NodeProcess } from '../../../support/servers/node-process.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const never = new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test('the receiver in docs/notifications.md verifies events and answers them', async () => {
  const document = await readFile(join(ROOT, 'docs/notifications.md'), 'utf8');
  const [, program = ''] = /^```js\n(.*?)^```$/ms.exec(document) ?? [];
  await using folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
  const file = join(folder.path, 'receiver.mjs');
  await writeFile(file, `${program}\nconsole.log('started');\n`);
  const port = await freePort();
  await using receiver = new NodeProcess([file], { env: { PORT: String(port), WEBHOOK_SECRET: secret } });
  await receiver.waitForOutput('started');

  await using dashboard = await startHttpService('works', () => ({ status: 200, body: '{}' }));
  const yes = { ...testOption('Yes'), postUrl: `${dashboard.url}/api/v1/answer-links/token` };
  const notice = questionNotice({ options: [testOption('No'), yes] });
  const notifier = webhookNotifier({ send: guardedHttp({ allowPrivateTargets: true }) });
  const url = `http://127.0.0.1:${port}/`;
  await notifier.deliver({ url, secret }, notice, never);
  await expect.poll(() => dashboard.requests, { timeout: 20_000 }).toHaveLength(1);
  expect(dashboard.requests[0]).toMatchObject({
    ...{ method: 'POST', path: '/api/v1/answer-links/token', body: '{}' },
  });

  const another = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await expect(notifier.deliver({ url, secret: another }, notice, never)).rejects.toThrow('401 Unauthorized');
  expect(dashboard.requests).toHaveLength(1);
});
