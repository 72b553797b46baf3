import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { emailNotifier } from '../../../../src/adapters/notify/email/email-notifier.ts';
import type { ServiceState } from '../../../../src/contracts/notifier/open-notifier.ts';
import { questionNotice, testNotice, testOption } from '../../../../src/contracts/notifier/test-notices.ts';
import type { Notice } from '../../../../src/ports/notifier.ts';
import { linksOf, unescaped } from '../../../support/notify/mail-links.ts';
import { SMTP_PASSWORD, startMailServer } from '../../../support/notify/mail-server.ts';

const from = 'Agent Dashboard <dashboard@mail.example.com>';
const never = new AbortController().signal;

async function openServer(state: ServiceState = 'works') {
  const server = await startMailServer(state);
  onTestFinished(async () => server[Symbol.asyncDispose]());
  return { server, notifier: emailNotifier({ smtpUrl: server.url, from }) };
}

async function mailOf(notice: Notice) {
  const { server, notifier } = await openServer();
  await notifier.deliver({ address: 'ada@example.com' }, notice, never);
  return server.mails[0]!;
}

test('a mail has a sender, a subject, an id of its own, and says that a program has written it', async () => {
  const notice = questionNotice();
  const { headers, recipients } = await mailOf(notice);
  expect(recipients).toEqual(['ada@example.com']);
  expect(headers).toMatchObject({
    ...{ from, to: 'ada@example.com', 'auto-submitted': 'auto-generated' },
    subject: 'Nightly build (Codex) asks: Which port should the server use?',
    'message-id': `<${notice.id}.question.${notice.createdAt.getTime()}@mail.example.com>`,
  });
});

test('its buttons lead to pages that ask for a confirmation, and its last link to the conversation', async () => {
  const options = [testOption('Yes'), testOption('No')];
  const notice = questionNotice({ options });
  const { html, text } = await mailOf(notice);
  const links = [
    ...options.map(({ label, pageUrl }) => ({ label, url: pageUrl })),
    { label: 'Answer on the page', url: notice.url },
  ];
  expect(linksOf(html)).toEqual(links);
  for (const { label, url } of links) expect(text).toContain(`${label}:\n${url}`);
  // Mail scanners would answer with the first option.
  for (const { postUrl } of options) expect(html + text).not.toContain(postUrl);
});

test('it has nothing that tells whether it was read', async () => {
  const { html } = await mailOf(questionNotice({ options: [testOption('Yes')] }));
  expect(html).not.toMatch(/<img|<script|<link|url\(|src=|background=/i);
  const page = new URL(questionNotice().url).origin;
  for (const { url } of linksOf(html)) expect(new URL(url).origin).toBe(page);
});

test('markup in a message is shown as it is, and does nothing', async () => {
  const text = `<script>alert("x")</script> & 'quoted' <img src="https://evil.example/x.png">`;
  const options = [testOption('<b>Yes</b>"><a href="https://evil.example/">')];
  const { html } = await mailOf({ ...questionNotice({ options }), text, title: '</title><h1>' });
  expect(html).not.toContain('<script');
  expect(html).not.toContain('<img');
  expect(html.match(/<a /g)).toHaveLength(2);
  expect(unescaped(html)).toContain(text);
});

test('a title cannot add headers or recipients', async () => {
  const title = 'Codex\r\nBcc: eve@example.com\r\n\r\nreports';
  const { recipients, headers } = await mailOf(testNotice({ title }));
  expect(recipients).toEqual(['ada@example.com']);
  expect(headers).not.toHaveProperty('bcc');
  expect(headers.subject).toContain('Codex ⏎ Bcc');
});

test('an address cannot name a second recipient', async () => {
  const { server, notifier } = await openServer();
  const address = 'ada@example.com, eve@example.com';
  await notifier.deliver({ address }, testNotice(), never).catch(() => {});
  expect(server.mails.flatMap(({ recipients }) => recipients)).not.toContain('eve@example.com');
});

test('an attempt after a failed one has the same Message-ID', async () => {
  const notice = testNotice();
  const ids = [await mailOf(notice), await mailOf(notice)].map(({ headers }) => headers['message-id']);
  expect(ids[0]).toBe(ids[1]);
});

test('a refused recipient is final, with what the mail server said', async () => {
  const { notifier } = await openServer('refuses');
  await expect(notifier.deliver({ address: 'gone@example.com' }, testNotice(), never)).rejects.toMatchObject({
    isFinal: true,
    message: expect.stringContaining('550 5.1.1 No such user here'),
  });
});

test('a wrong password of the server is not the fault of the destination, and is not shown', async () => {
  const { server } = await openServer();
  const smtpUrl = server.url.replace(SMTP_PASSWORD, 'another-secret');
  const notifier = emailNotifier({ smtpUrl, from });
  const error = await notifier
    .deliver({ address: 'ada@example.com' }, testNotice(), never)
    .catch((reason) => reason);
  expect(error).toMatchObject({ isFinal: false, message: expect.stringContaining('SMTP_URL') });
  expect(inspect(error, { depth: 10 })).not.toContain('another-secret');
});

test('an address is shown without most of its name', async () => {
  const { notifier } = await openServer();
  expect(notifier.addressOf({ address: 'ada.lovelace@example.com' })).toBe('a…@example.com');
});
