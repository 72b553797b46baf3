import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

const HOSTILE = [
  '<script>window.hacked = true</script>',
  '<img src=x onerror="window.hacked = true">',
  '<svg onload="window.hacked = true"><animate onbegin="window.hacked = true"/></svg>',
  '<iframe srcdoc="<script>parent.hacked = true</script>"></iframe>',
  '<a href="javascript:window.hacked = true">html link</a>',
  '[script link](javascript:window.hacked=true)',
  '[spaced link](<java\tscript:window.hacked=true>)',
  '[data link](data:text/html,<script>opener.hacked=true</script>)',
  '[route link](#/keys)',
  '[code link](#code=stolen)',
  '![remote image](https://tracker.example/pixel.gif)',
  '![script image](javascript:window.hacked=true)',
  '<style>* { display: none }</style>',
  '<form action="https://evil.example"><input name="token"><button>Sign in</button></form>',
  '<math><mtext><table><mglyph><style><img src=x onerror="window.hacked=true"></style></mglyph></table></mtext></math>',
  '```\n</code></pre><script>window.hacked = true</script>\n```',
  '"><img src=x onerror=window.hacked=true>',
];

test('a hostile message runs no code, loads nothing and does not navigate the page', async () => {
  const page = await dashboard.openSignedIn();
  const foreignRequests: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(dashboard.server.url)) foreignRequests.push(request.url());
  });
  const agent = new Agent(dashboard.server);
  for (const text of HOSTILE) await agent.step(text);
  await agent.step('[a good link](https://example.com/)');
  await agent.ask(
    `${HOSTILE.join('\n\n')}\n[OPTIONS]\n1. <img src=x onerror="window.hacked=true">\n2. No\n[/OPTIONS]`,
  );
  await page.getByRole('link', { name: /window.hacked/ }).click();
  await page.getByRole('button', { name: 'No', exact: true }).waitFor();
  const log = page.getByRole('log');
  for (let at = 0; at < HOSTILE.length; at += 1) {
    await log.evaluate((element) => {
      // Clicks on everything except links that leave the page.
      for (const node of element.querySelectorAll('.markdown *')) {
        if (node.closest('a[href^="https:"]') === null)
          node.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      }
    });
    await log.press('PageUp');
    const found = await log.evaluate((element) => ({
      elements: element.querySelectorAll(
        'script, img, iframe, object, embed, form, input, style, math, .markdown svg',
      ).length,
      handlers: [...element.querySelectorAll('.markdown *')].filter((one) =>
        [...one.attributes].some(({ name }) => name.startsWith('on') || name === 'style'),
      ).length,
      links: [...element.querySelectorAll<HTMLAnchorElement>('.markdown a')].map(
        ({ href, rel }) => `${href} ${rel}`,
      ),
    }));
    expect(found.elements).toBe(0);
    expect(found.handlers).toBe(0);
    for (const link of found.links) expect(link).toMatch(/^https:\/\/\S+ noopener noreferrer$/);
  }
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(page.url()).toContain('#/instances/');
  expect(foreignRequests).toEqual([]);
});

test('a message that is hard to render is shown, and the page continues to work', async () => {
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  for (const text of [
    '>'.repeat(9_000),
    '1. '.repeat(3_000),
    '_a_'.repeat(3_000),
    '[OPTIONS]'.repeat(100_000),
  ]) {
    await agent.ask(text);
  }
  await agent.step('Still here');
  await page.getByRole('link', { name: /Still here/ }).click();
  await page.getByRole('log').getByText('Still here').waitFor();
  await page.getByRole('log').press('Home');
  await page.getByRole('log').getByText('>>>>>>').waitFor();
});

test('a text that is slow to parse is parsed in a worker, and another question can be answered meanwhile', async () => {
  const page = await dashboard.openSignedIn();
  await new Agent(dashboard.server).step('**a_'.repeat(250_000));
  const worker = page.waitForEvent('worker');
  await page.getByRole('link', { name: /a_/ }).click();
  await worker;
  await page.getByRole('log').getByText('**a_**a_').waitFor();
  await answerAnotherQuestion(page);
});

test('a text whose parsing does not end is shown as plain text, with a note', async () => {
  const page = await dashboard.openSignedIn();
  await page.route('**/markdown-worker-*.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `postMessage('ready'); onmessage = () => { for (;;); }`,
    }),
  );
  await new Agent(dashboard.server).step('**a_'.repeat(250_000));
  await page.getByRole('link', { name: /a_/ }).click();
  await page.getByRole('log').getByText('This text is too complex to format.').waitFor();
  await answerAnotherQuestion(page);
});

async function answerAnotherQuestion(page: Page): Promise<void> {
  const agent = new Agent(dashboard.server);
  await agent.ask('Which database?\n[OPTIONS]\n1. SQLite\n[/OPTIONS]');
  const received = agent.receive(60);
  await page.getByRole('link', { name: /Which database/ }).click();
  await page.getByRole('button', { name: 'SQLite' }).click();
  expect(await received).toEqual(['SQLite']);
}

test('the page’s Content-Security-Policy blocks inline scripts', async () => {
  const page = await dashboard.openSignedIn();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlined = true';
    document.body.append(script);
    return 'inlined' in window;
  });
  expect(ran).toBe(false);
  await expect.poll(() => dashboard.pageErrors).toContain('policy: script-src-elem forbids inline ()');
  dashboard.pageErrors.length = 0;
});
