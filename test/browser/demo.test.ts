import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { NodeProcess } from '../support/servers/node-process.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();
const DEMO = fileURLToPath(new URL('../../demo/demo.ts', import.meta.url));

test('the demo continues with the answers that are tapped on a phone, and runs to its end', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  await using demo = new NodeProcess([DEMO], {
    env: { ...dashboard.env, DEMO_USER: dashboard.user, DEMO_PACE: '20' },
  });
  await page.getByRole('link', { name: /Fix the flaky checkout test/ }).tap();
  await page.getByRole('button', { name: 'Freeze the time in the test' }).tap();
  await demo.waitForOutput('you answered: Freeze the time in the test');
  await page.getByRole('log').getByText('Freezing the time at noon in the test').waitFor();

  await page.getByRole('button', { name: 'Yes', exact: true }).tap();
  await page
    .getByRole('log')
    .getByText(/Opened pull request/)
    .waitFor();
  await page.getByText('This run has ended.').waitFor();
  expect(await demo.whenEnded).toMatchObject({ code: 0 });
  expect(demo.stderr).toBe('');

  await page.getByRole('link', { name: 'Changes' }).tap();
  await page.getByText('vi.useFakeTimers').waitFor();
});
