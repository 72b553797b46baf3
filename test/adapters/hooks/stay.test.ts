import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recorded } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

let hooks: HookServer;
beforeEach(async () => {
  hooks = await HookServer.start();
});
afterEach(() => hooks[Symbol.asyncDispose]());

const event = (name: string) => recorded('codex', name, { session_id: 's' });

/** Ends a turn that stays. */
async function endTurn(query = '?stay=true') {
  await hooks.send('codex', event('SessionStart'));
  const answer = hooks.send('codex', event('Stop'), query);
  while (!(await hooks.contents('codex', 's')).includes('Finished.'));
  return { answer };
}

describe('with stay, the end of a turn waits', () => {
  test('for what the person writes next, which is a reason to go on', async () => {
    const { answer } = await endTurn();
    await hooks.write('codex', 's', 'use tabs');
    expect(await answer).toEqual({ decision: 'block', reason: expect.stringContaining('use tabs') });
  });

  test('no longer than until the person wants it to stop', async () => {
    const { answer } = await endTurn();
    await hooks.stop('codex', 's', 'enough');
    expect(await answer).toEqual({});
    expect(await hooks.instance('codex', 's')).toMatchObject({ status: 'COMPLETED' });
  });

  test('no longer than until a prompt is typed at the terminal', async () => {
    const { answer } = await endTurn();
    await hooks.send('codex', event('UserPromptSubmit'));
    expect(await answer).toEqual({});
  });

  test('no longer than until the session ends', async () => {
    const { answer } = await endTurn();
    await hooks.send('codex', event('SessionEnd'));
    expect(await answer).toEqual({});
  });

  test('no longer than the agent does', async () => {
    const { answer } = await endTurn('?stay=true&timeout=6');
    expect(await answer).toEqual({});
  });
});

test('what was written before the end of the turn is handed over at once', async () => {
  await hooks.send('codex', event('SessionStart'));
  await hooks.write('codex', 's', 'use tabs');
  expect(await hooks.send('codex', event('Stop'), '?stay=true')).toMatchObject({ decision: 'block' });
});
