import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

/** Opens the conversation with a new agent. */
async function openConversation(device: BrowserContextOptions = DESKTOP) {
  const page = await dashboard.openSignedIn(device);
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).click();
  const field = page.getByRole('textbox', { name: 'Message to the agent' });
  await field.waitFor();
  return { page, agent, field };
}

describe('the answer field', () => {
  test.each(['Enter', 'Control+Enter', 'Meta+Enter'])(
    'sends on %s, and says that Enter sends',
    async (keys) => {
      const { page, agent, field } = await openConversation();
      await page.getByText('Enter sends. Shift+Enter makes a new line.').waitFor();
      await field.click();
      await page.keyboard.press(keys);
      await page.keyboard.type('One');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.type('two');
      await page.keyboard.press(keys);
      expect(await agent.receive(30)).toEqual(['One\ntwo']);
      expect(await field.inputValue()).toBe('');
    },
  );

  test('does not make an answer of a message if a question comes meanwhile, unless it is sent again', async () => {
    const { page, agent, field } = await openConversation();
    await field.fill('Use tabs, please');
    await agent.ask('Delete the database?');
    const answer = page.getByRole('textbox', { name: 'Your answer' });
    await answer.waitFor();
    expect(await answer.inputValue()).toBe('Use tabs, please');
    await page.keyboard.press('Enter');
    await page.getByText('A question came while you were writing.').waitFor();
    expect(await agent.receive(0)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await agent.receive(30)).toEqual(['Use tabs, please']);
    await page.getByText('Enter sends.').waitFor();
  });

  test('does not send on the Enter that chooses a word of an input method', async () => {
    const { page, agent, field } = await openConversation();
    const devTools = await page.context().newCDPSession(page);
    await field.click();
    await devTools.send('Input.imeSetComposition', { text: '日本', selectionStart: 2, selectionEnd: 2 });
    await page.keyboard.press('Enter');
    await devTools.send('Input.insertText', { text: '日本' });
    // As in Safari, where the composition has ended before the key.
    await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true });
    expect(await field.inputValue()).toContain('日本');
    await field.fill('日本です');
    await page.keyboard.press('Enter');
    expect(await agent.receive(30)).toEqual(['日本です']);
  });

  test('makes a line on Enter where the keyboard is on the screen; there the button sends', async () => {
    const { page, agent, field } = await openConversation(PHONE);
    expect(await page.getByText('Enter sends').count()).toBe(0);
    expect(await field.getAttribute('enterkeyhint')).toBe('enter');
    await field.tap();
    await page.keyboard.type('One');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    await page.getByRole('button', { name: 'Send' }).tap();
    expect(await agent.receive(30)).toEqual(['One\ntwo']);
  });

  test.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
    ['a zoomed page', { ...DESKTOP, deviceScaleFactor: 1.25 }],
  ])('has no scrollbar on %s before its text is higher than the field', async (_, device) => {
    const { field } = await openConversation(device);
    const canScroll = () =>
      field.evaluate((element) => {
        element.scrollTop = 1_000;
        const isHidden = getComputedStyle(element).overflowY === 'hidden';
        return { isHidden, isCut: element.scrollTop > 1 };
      });
    for (const text of ['', 'One line', 'A\nB\nC', 'Some words. '.repeat(20)]) {
      await field.fill(text);
      expect(await canScroll()).toEqual({ isHidden: true, isCut: false });
    }
    for (const text of ['A line\n'.repeat(100), 'Some words. '.repeat(3_000)]) {
      await field.fill(text);
      expect(await canScroll()).toEqual({ isHidden: false, isCut: true });
    }
    await field.fill('short');
    expect(await canScroll()).toEqual({ isHidden: true, isCut: false });
  });
});

/** Counts the characters that the page stores, and those of fields whose height it measures. */
const countWork = (page: Page) =>
  page.addInitScript(() => {
    const work = { stored: 0, measured: 0 };
    Object.assign(window, { work });
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, text) {
      if (key.startsWith('draft:')) work.stored += text.length;
      setItem.call(this, key, text);
    };
    const { get } = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollHeight')!;
    Object.defineProperty(Element.prototype, 'scrollHeight', {
      get() {
        work.measured += this.textLength ?? 0;
        return get!.call(this);
      },
    });
  });

test.each([
  ['one line', 'some words '.repeat(27_300)],
  ['many lines', 'some words\n'.repeat(27_300)],
])(
  'with 300,000 characters in %s, a keystroke stores and measures nothing, and the draft is stored once',
  async (_, text) => {
    const { page, field } = await openConversation();
    await countWork(page);
    await page.reload();
    await field.click();
    // Playwright's `fill` takes minutes for many lines.
    await field.evaluate((element, pasted) => {
      (element as HTMLTextAreaElement).value = pasted;
      element.dispatchEvent(new InputEvent('input', { inputType: 'insertFromPaste', bubbles: true }));
    }, text);
    type WithWork = typeof window & { work: { stored: number; measured: number } };
    const { atKeystrokes, length } = await field.evaluate((element) => {
      const { work } = window as WithWork;
      Object.assign(work, { stored: 0, measured: 0 });
      for (let nth = 0; nth < 30; nth += 1) document.execCommand('insertText', false, 'x');
      return { atKeystrokes: { ...work }, length: (element as HTMLTextAreaElement).value.length };
    });
    expect(length).toBe(text.length + 30);
    expect(atKeystrokes).toEqual({ stored: 0, measured: 0 });
    await page.waitForFunction((size) => (window as WithWork).work.stored >= size, length);
    await page.reload();
    await page.waitForFunction((size) => document.querySelector('textarea')?.value.length === size, length);
  },
);
