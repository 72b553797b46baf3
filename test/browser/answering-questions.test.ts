import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { DashboardClient } from './support/dashboard-client.ts';

const dashboard = Dashboard.forTests();

const OPTIONS = [
  { label: 'Staging', value: 'stg', description: 'Nobody sees it' },
  { label: 'Production', value: 'prd', description: 'Everybody sees it' },
];

const FORM = {
  type: 'object',
  title: 'The new service',
  properties: {
    name: { type: 'string', title: 'Name', minLength: 3, description: 'As it is in the address' },
    port: { type: 'integer', title: 'Port', minimum: 1, maximum: 65_535, default: 8_080 },
    mail: { type: 'string', title: 'Contact', format: 'email' },
    region: { type: 'string', title: 'Region', enum: ['eu', 'us'], enumNames: ['Europe', 'America'] },
    tags: { type: 'array', title: 'Tags', items: { type: 'string', enum: ['web', 'api'] }, minItems: 1 },
    start: { type: 'string', title: 'Start', format: 'date-time' },
    isPublic: { type: 'boolean', title: 'Public' },
  },
  required: ['name', 'region', 'tags'],
};

/** Opens the conversation with an agent that has asked something. */
async function openQuestion(content: string, fields: object, device = PHONE) {
  const agent = new Agent(dashboard.server);
  const questionId = await agent.ask(content, fields);
  const page = await dashboard.openSignedIn(device);
  await page.getByRole('link', { name: content }).tap();
  return { page, agent, questionId };
}

const answerArea = (page: Page) => page.getByRole('region', { name: 'Answer', exact: true });

/** The page is accessible as it is, and fits the screen. */
async function expectUsable(page: Page): Promise<void> {
  expect(await findViolations(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
}

describe('a single choice', () => {
  test('is answered with one tap on an option, and the agent gets its value', async () => {
    const { page, agent, questionId } = await openQuestion('Where to?', { options: OPTIONS });
    const staging = page.getByRole('button', { name: 'Staging Nobody sees it' });
    await staging.waitFor();
    await expectUsable(page);
    expect((await staging.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await staging.tap();
    const { messages, outcomes } = await agent.receiveAll(30);
    expect(messages.map(({ content }) => content)).toEqual(['Staging']);
    expect(outcomes).toMatchObject([
      { question_id: questionId, status: 'answered', values: ['stg'], decided_by: 'person', via: 'page' },
    ]);
    await page.getByRole('listitem').filter({ hasText: 'Staging (chosen)' }).waitFor();
    await page.getByText(/^Answered on the page at \d/).waitFor();
    await expectUsable(page);
  });

  test('can be answered with a text, too', async () => {
    const { page, agent } = await openQuestion('Where to?', { options: OPTIONS });
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Nowhere yet');
    await page.getByRole('button', { name: 'Send' }).tap();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([{ status: 'answered', values: null }]);
  });

  test('cannot be answered twice while the first answer is on its way', async () => {
    const { page, agent } = await openQuestion('First?', { options: OPTIONS });
    await agent.ask('Second?', { options: OPTIONS });
    await answerArea(page).getByText('1 of 2 questions').waitFor();
    const sent: (() => void)[] = [];
    await page.route('**/answer', async (route) => {
      await new Promise<void>((resolve) => sent.push(resolve));
      await route.continue();
    });
    await page.getByRole('button', { name: 'Staging' }).tap();
    await page.waitForFunction(() => document.querySelector<HTMLFieldSetElement>('.options')?.disabled);
    await answerArea(page).getByText('1 of 2 questions').waitFor();
    await expect.poll(() => sent.length).toBe(1);
    sent[0]!();
    await answerArea(page).getByText('Second?').first().waitFor();
    expect(await agent.receive(30)).toEqual(['Staging']);
  });

  test('tapped while the server is down is sent when it is back, with its value', async () => {
    const { page, agent } = await openQuestion('Where to?', { options: OPTIONS });
    await page.getByRole('button', { name: 'Production' }).waitFor();
    await dashboard.killServer();
    await page.getByText('Connection lost').waitFor();
    await page.getByRole('button', { name: 'Production' }).tap();
    await page.getByRole('log').getByText('will be sent when the connection is back').waitFor();
    await dashboard.restart();
    await page.reload();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([{ values: ['prd'], via: 'page' }]);
  });
});

describe('a multiple choice', () => {
  const CHOICE = {
    options: ['Unit', 'Contract', 'Browser'].map((label) => ({ label })),
    multiple: true,
    min: 1,
    max: 2,
  };

  test('is sent when as many are ticked as the question allows', async () => {
    const { page, agent } = await openQuestion('Which tests?', CHOICE);
    const group = page.getByRole('group', { name: 'Choose 1 to 2' });
    const send = page.getByRole('button', { name: 'Send answer' });
    await send.tap();
    await page.getByRole('alert').filter({ hasText: 'Choose 1 to 2. 0 chosen.' }).waitFor();
    await expectUsable(page);
    for (const label of ['Unit', 'Contract', 'Browser']) await group.getByLabel(label).tap();
    await send.tap();
    await page.getByRole('alert').filter({ hasText: '3 chosen.' }).waitFor();
    await group.getByLabel('Unit').tap();
    await send.tap();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([{ values: ['Contract', 'Browser'] }]);
    await page.getByRole('listitem').filter({ hasText: 'Browser (chosen)' }).waitFor();
  });

  test('can be sent without any if none is needed', async () => {
    const { page, agent } = await openQuestion('Which tests?', { ...CHOICE, min: 0 });
    await page.getByRole('button', { name: 'Send: none of these' }).tap();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([{ status: 'answered', values: [] }]);
  });
});

describe('a form', () => {
  test('says what is wrong at each field, and is sent when all is right', async () => {
    const { page, agent } = await openQuestion('Which service?', { form: FORM });
    const form = answerArea(page).getByRole('group', { name: 'The new service' });
    await expectUsable(page);
    expect(await form.getByLabel('Port').inputValue()).toBe('8080');
    await form.getByLabel('Name').fill('ab');
    await form.getByLabel('Contact').fill('nobody');
    const send = page.getByRole('button', { name: 'Send answer' });
    await send.tap();
    await page.getByRole('alert').filter({ hasText: '4 fields need a correction.' }).waitFor();
    const name = form.getByLabel('Name');
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(
      await form.getByRole('textbox', { name: /^Name/, description: /must be at least 3/ }).count(),
    ).toBe(1);
    await form.getByText('Contact must be an e-mail address').waitFor();
    await form.getByText('Region is required').waitFor();
    await expectUsable(page);

    await name.fill('orders');
    await form.getByText('Name must be').waitFor({ state: 'detached' });
    await form.getByLabel('Contact').fill('');
    await form.getByLabel('Europe').tap();
    await form.getByLabel('api').tap();
    await form.getByLabel('Start').fill('2026-03-01T09:30');
    await form.getByLabel('Public').tap();
    await send.tap();
    const { outcomes } = await agent.receiveAll(30);
    expect(outcomes).toMatchObject([
      {
        status: 'answered',
        form: { name: 'orders', port: 8_080, region: 'eu', tags: ['api'], isPublic: true },
      },
    ]);
    const [{ form: sent }] = outcomes as [{ form: { start: string } }];
    expect(sent.start).toMatch(/^2026-03-01T09:30:00[+-]\d\d:\d\d$/);
    await page.getByRole('log').getByText('Europe').waitFor();
    await expectUsable(page);
  });

  test('shows an error of the server at its field, and keeps what was filled in', async () => {
    const form = {
      type: 'object',
      properties: { name: { type: 'string', title: 'Name' } },
      required: ['name'],
    };
    const { page, agent } = await openQuestion('Which name?', { form });
    await page.route('**/answer', (route) =>
      route.fulfill({
        status: 422,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          code: 'answer_does_not_fit',
          detail: 'The answer does not fit',
          errors: [{ path: 'form.name', message: 'must be another one' }],
        }),
      }),
    );
    const name = answerArea(page).getByRole('textbox', { name: 'Name' });
    await name.fill('orders');
    await page.getByRole('button', { name: 'Send answer' }).tap();
    await answerArea(page).getByText('Name must be another one').waitFor();
    await page.waitForFunction(() => document.activeElement?.matches('.form-field input'));
    expect(await name.inputValue()).toBe('orders');
    expect(dashboard.pageErrors.splice(0).join()).toContain('422');
    await page.unroute('**/answer');
    await page.getByRole('button', { name: 'Send answer' }).tap();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([{ form: { name: 'orders' } }]);
  });

  test('keeps what was filled in over a reload', async () => {
    const { page } = await openQuestion('Which service?', { form: FORM });
    await answerArea(page).getByRole('textbox', { name: 'Name' }).fill('orders');
    await answerArea(page).getByLabel('Public').tap();
    await page.reload();
    await answerArea(page).getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await answerArea(page).getByRole('textbox', { name: 'Name' }).inputValue()).toBe('orders');
    expect(await answerArea(page).getByLabel('Public').isChecked()).toBe(true);
  });

  test('disappears when the agent takes the question back', async () => {
    const { page, agent, questionId } = await openQuestion('Which service?', { form: FORM });
    await answerArea(page).getByRole('textbox', { name: 'Name' }).fill('orders');
    await agent.withdraw(questionId);
    await page.getByRole('log').getByText('Taken back by the agent').waitFor();
    await page.getByRole('status').filter({ hasText: 'Taken back by the agent: Which service?' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
    await answerArea(page).getByRole('group', { name: 'The new service' }).waitFor({ state: 'detached' });
    await expectUsable(page);
  });

  test('sent too late says why it cannot be sent', async () => {
    const { page, agent, questionId } = await openQuestion('Which service?', {
      form: { type: 'object', properties: { name: { type: 'string' } } },
    });
    await page.route('**/answer', async (route) => {
      await agent.withdraw(questionId);
      await route.continue();
    });
    await answerArea(page).getByLabel('name').fill('orders');
    await page.getByRole('button', { name: 'Send answer' }).tap();
    await page.getByRole('alert').filter({ hasText: 'The agent took it back.' }).waitFor();
    await expectUsable(page);
  });
});

describe('a deadline', () => {
  test('counts down to the default answer, which is named before and marked afterwards', async () => {
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    const page = await dashboard.openSignedIn(PHONE);
    await page.getByRole('link', { name: /Working/ }).tap();
    await page.getByRole('textbox', { name: 'Message to the agent' }).waitFor();
    await agent.ask('Where to?', {
      options: OPTIONS,
      expires_in_seconds: 3,
      on_expiry: 'default',
      default_answer: ['stg'],
    });
    await answerArea(page).getByText('Then the answer is: Staging').waitFor();
    await answerArea(page)
      .getByText(/^[123] s left/)
      .waitFor();
    await page.getByRole('log').getByText('Default answer, because nobody answered in time').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Staging (chosen)' }).waitFor();
    await page.getByText(/^Default answer at \d/).waitFor();
    expect((await agent.receiveAll(30)).outcomes).toMatchObject([
      { status: 'defaulted', values: ['stg'], decided_by: 'default' },
    ]);
    await expectUsable(page);
  });

  test('without a default ends the question without an answer', async () => {
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    const page = await dashboard.openSignedIn(PHONE);
    await page.getByRole('link', { name: /Working/ }).tap();
    await page.getByRole('textbox', { name: 'Message to the agent' }).waitFor();
    await agent.ask('Go on?', { expires_in_seconds: 2 });
    await answerArea(page).getByText('Then: no answer').waitFor();
    await page.getByRole('log').getByText('Expired without an answer').waitFor();
  });

  test('can be moved', async () => {
    const { page } = await openQuestion('Go on?', { expires_in_seconds: 300 });
    await answerArea(page).getByText('5 min left').waitFor();
    await expectUsable(page);
    const more = answerArea(page).getByRole('button', { name: /^\+5 min/ });
    expect((await more.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await more.tap();
    await more.tap();
    await answerArea(page).getByText('15 min left').waitFor();
    await answerArea(page)
      .getByRole('button', { name: /^\+1 h/ })
      .tap();
    await answerArea(page).getByText('1 h 15 min left').waitFor();
    await page.getByRole('status').filter({ hasText: 'More time: 1 h 15 min left.' }).waitFor();
  });
});

describe('several open questions of one agent', () => {
  test('are answered one after the other, the oldest first, or as the user chooses', async () => {
    const { page, agent } = await openQuestion('First?', { options: OPTIONS });
    await agent.ask('Second?', { options: [{ label: 'Two' }] });
    await agent.ask('Third?', { options: [{ label: 'Three' }] });
    await answerArea(page).getByText('1 of 3 questions').waitFor();
    await expectUsable(page);
    await page.getByRole('button', { name: 'Next question' }).tap();
    await answerArea(page).getByText('2 of 3 questions').waitFor();
    await page.getByRole('button', { name: 'Two' }).tap();
    expect(await agent.receive(30)).toEqual(['Two']);
    await answerArea(page).getByText('1 of 2 questions').waitFor();
    await page.getByRole('button', { name: 'Staging' }).tap();
    expect(await agent.receive(30)).toEqual(['Staging']);
    await page.getByRole('button', { name: 'Three' }).tap();
    expect(await agent.receive(30)).toEqual(['Three']);
  });

  test('below which the agent went on to work are still offered, and say since when they wait', async () => {
    const agent = new Agent(dashboard.server);
    await agent.ask('Go on? [YES/NO]');
    await agent.steps(Array.from({ length: 150 }, (_, nth) => `Step ${nth}`));
    const page = await dashboard.openSignedIn(PHONE);
    await page.getByRole('link', { name: /Waiting for you since \d/ }).tap();
    await answerArea(page).getByText('Go on?').tap();
    await page.getByRole('log').getByText('Question for you').waitFor();
    await page.getByRole('button', { name: 'Yes' }).tap();
    expect(await agent.receive(30)).toEqual(['Yes']);
  });

  test('a form beside a question for a text takes no text, which would answer the other one', async () => {
    const { page, agent } = await openQuestion('Which service?', { form: FORM });
    await page.getByRole('textbox', { name: 'Message to the agent' }).waitFor();
    await agent.ask('And why?');
    await page.getByRole('textbox', { name: 'Message to the agent' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Next question' }).tap();
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Because');
    await page.getByRole('button', { name: 'Send', exact: true }).tap();
    expect(await agent.receive(30)).toEqual(['Because']);
  });
});

test('an answer that somebody else gave elsewhere is shown with where it came from', async () => {
  const { page, questionId } = await openQuestion('Where to?', { options: OPTIONS });
  await new DashboardClient(dashboard.server).answer(questionId, { values: ['prd'], via: 'telegram' });
  await page.getByText(/^Answered through Telegram at \d/).waitFor();
});
