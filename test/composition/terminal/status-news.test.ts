import { expect, test } from 'vitest';
import { statusNews } from '../../../src/composition/terminal/status-news.ts';

const AT = '2026-05-01T12:00:00.000Z';
type Shown = Parameters<typeof statusNews>[1];
const active: Shown = {
  ...{ status: 'ACTIVE', ended_at: null, failure: null, stop_requested: null, stop_seen_at: null },
};
const asked: Shown = { ...active, stop_requested: { reason: 'Wrong\nbranch', at: AT } };
const told: Shown = { ...asked, stop_seen_at: AT };
const ended: Shown = { ...active, status: 'COMPLETED', ended_at: AT };
const failed: Shown = { ...ended, status: 'FAILED', failure: 'No\naccess' };

test.each<[string, Shown | undefined, Shown, string[]]>([
  ['a new instance', undefined, active, ['is ACTIVE']],
  ['nothing new', told, told, []],
  ['a request to stop', active, asked, ['was asked to stop: Wrong ⏎ branch']],
  ['a request that the agent has got', asked, told, ['knows that it should stop']],
  ['a request that was taken back', told, active, ['may go on']],
  ['the end of an agent that should stop', told, ended, ['is COMPLETED']],
  ['an agent that could not finish', active, failed, ['is FAILED: No ⏎ access']],
])('%s', (_what, before, now, news) => {
  expect(statusNews(before, now)).toEqual(news);
});
