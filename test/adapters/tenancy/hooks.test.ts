import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE_PATH } from '../../../src/adapters/koa/rest/route.ts';
import { fetchDescribed } from '../../support/fetch-described.ts';
import { recorded } from '../hooks/fixtures.ts';
import type { SendRequest } from './fixture/compare-responses.ts';
import { createTenants, expectIndistinguishable } from './fixture/compared-tenants.ts';
import { recordResponse } from './fixture/normalise-response.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import { TenantServer, tokenOf } from './fixture/tenant-server.ts';

/** PGlite runs the same statements as PostgreSQL without row level security. */
const STORES = OBSERVED_STORES.filter(({ name }) => name !== 'on PGlite');

const EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse.Bash',
  'PermissionRequest.Bash',
  'PermissionRequest.AskUserQuestion',
  'PostToolUse.Bash',
  'Notification.idle_prompt',
  'Stop',
  'SessionEnd',
];

describe.each(STORES)('$name', ({ open }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const sending =
    (event: string): SendRequest =>
    async ({ userId }, { session }) => [
      await recordResponse(
        await fetchDescribed(`${server.url}${BASE_PATH}/hooks/claude-code?timeout=1`, {
          method: 'POST',
          headers: { authorization: `Bearer ${tokenOf(userId)}`, 'content-type': 'application/json' },
          body: JSON.stringify(recorded('claude-code', event, { session_id: session })),
        }),
      ),
    ];

  test.each(EVENTS)("%s of another user's session is like that of a new session", async (event) => {
    const tenants = await createTenants(server);
    for (const first of ['SessionStart', 'PostToolUse.Bash']) {
      const [answer] = await sending(first)(tenants.owner, { session: tenants.owner.secret });
      expect(answer).toMatchObject({ status: 200 });
    }
    await expectIndistinguishable(server, tenants, [
      {
        name: event,
        foreign: { session: tenants.owner.secret },
        unknown: { session: 'a session that nobody has' },
        send: sending(event),
      },
    ]);
  });
});
