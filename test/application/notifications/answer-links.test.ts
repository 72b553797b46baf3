import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NOW } from '../../support/builders.ts';
import { NotifiedApplication, pass } from './notified-application.ts';

const WEEK_SECONDS = 7 * 24 * 3_600;

let app: NotifiedApplication;
let destination_id: string;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  app = new NotifiedApplication();
  await app.start();
  destination_id = await app.add();
});
afterEach(() => {
  app[Symbol.dispose]();
  vi.useRealTimers();
});

const links = () => app.dashboard.answerLinks!;

/** Asks, and returns the tokens that arrive: that of the option Yes, and that of a text. */
async function askedTokens(): Promise<{ option: string; text: string }> {
  await app.ask({ options: ['Yes', 'No'] });
  await pass(3);
  const { question } = app.phone.notices.at(-1)!;
  return { option: question!.options[0]!.token, text: question!.token };
}

test('a link of an option answers with it, whatever text comes with it', async () => {
  const { option } = await askedTokens();
  expect(await links().answer(option, 'No')).toMatchObject({ content: 'Yes', answerTo: { via: 'fake' } });
});

test('a link of a text needs one', async () => {
  const { text } = await askedTokens();
  await expect(links().answer(text, null)).rejects.toMatchObject({ code: 'answer_missing' });
  expect(await links().answer(text, 'Later')).toMatchObject({ content: 'Later' });
});

test('reading a link answers nothing', async () => {
  const { option } = await askedTokens();
  for (let times = 0; times < 3; times += 1)
    expect(await links().read(option)).toMatchObject({ outcome: null, link: { value: 'Yes' } });
});

test('the first answer counts, also if it was given by another link', async () => {
  const { option, text } = await askedTokens();
  await links().answer(option, null);
  await expect(links().answer(text, 'No')).rejects.toMatchObject({ code: 'already_answered' });
});

test('a link works for a week', async () => {
  const { option } = await askedTokens();
  await pass(WEEK_SECONDS - 60);
  expect(await links().read(option)).toMatchObject({ outcome: null });
  await pass(60);
  await expect(links().read(option)).rejects.toMatchObject({ code: 'answer_link_expired' });
  await expect(links().answer(option, null)).rejects.toMatchObject({ code: 'answer_link_expired' });
});

test('a link of a destination that was removed shows nothing and answers nothing', async () => {
  const { option } = await askedTokens();
  await app.call('removeNotificationDestination', { destination_id });
  await expect(links().read(option)).rejects.toMatchObject({ code: 'answer_link_not_found' });
  await expect(links().answer(option, null)).rejects.toMatchObject({ code: 'answer_link_not_found' });
});

test('a text that was never a token leads nowhere', async () => {
  await expect(links().read('x')).rejects.toMatchObject({ code: 'answer_link_not_found' });
});

test('what a channel receives is answered in words, also if it is refused', async () => {
  const { option, text } = await askedTokens();
  const inbox = app.dashboard.inbox!;
  await inbox.expectAnswer(app.phone.notices[0]!, 'a reply to message 7');
  expect(await inbox.answer('a reply to message 8', 'Yes')).toMatchObject({ isAccepted: false });
  expect(await inbox.answer('a reply to message 7', 'Yes')).toEqual({
    isAccepted: true,
    text: 'Answered: Yes',
  });
  for (const token of [option, text])
    expect(await inbox.answer(token, 'No')).toEqual({
      isAccepted: false,
      text: 'This question already has an answer',
    });
});
