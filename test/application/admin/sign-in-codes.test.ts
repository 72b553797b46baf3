import { beforeEach, describe, expect, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { issueApiKey } from '../../../src/application/admin/issue-api-key.ts';
import { SignInCodes } from '../../../src/application/admin/sign-in-codes.ts';
import { createDispatch } from '../../../src/application/dispatch/dispatch.ts';
import { DEFAULT_SETTINGS } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { DeadlineAnnouncements } from '../../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { storageUnavailable } from '../../../src/ports/errors.ts';
import { pairs } from '../../adapters/jwt/signed-tokens.ts';
import { aCaller, FakeClock, FakeIds, NOW, userIdOf } from '../../support/builders.ts';

const adaId = userIdOf('ada');
const eveId = userIdOf('eve');
const DAY_MS = 24 * 60 * 60 * 1000;
const REFUSED = { code: 'unauthenticated', message: 'A valid bearer token is required' };

/** One server with its keys, its codes and a verifier for the tokens that codes are exchanged for. */
class Server {
  readonly clock = new FakeClock();
  readonly signals = new InProcessSignals();
  readonly repository = new InMemoryAgentInstanceRepository(this.signals);
  readonly queries = new InMemoryDashboardQueries(this.repository);
  readonly apiKeys = new InMemoryApiKeyRepository(this.repository, this.signals);
  readonly removal = null;
  readonly issuer = new JwtIssuer({ key: pairs.EdDSA });
  readonly ids = new FakeIds();
  readonly waits = new OpenWaits();
  readonly deadlines = new DeadlineAnnouncements();
  readonly settings = DEFAULT_SETTINGS;
  readonly codes = new SignInCodes(this);
  readonly dispatch = createDispatch(this, new AbortController().signal);

  signIn(userId = adaId): Promise<string> {
    return this.codes.redeem(this.codes.newCode(userId));
  }

  /** Issues a token without a code. */
  async issue(name: string): Promise<string> {
    const request = { name, scope: 'dashboard', agentInstanceId: null, expiresInSeconds: null } as const;
    const { key, token } = await issueApiKey(this, adaId, request);
    await this.apiKeys.update({ userId: adaId, id: key.id }, () => ({
      output: null,
      changes: key,
      record: null,
    }));
    return token;
  }

  /** Verifies a token without a cache, as another process would. */
  async callerOf(token: string) {
    const verifier = new JwtVerifier({ keys: [pairs.EdDSA], store: this, clock: this.clock });
    try {
      return await verifier.verify(token);
    } finally {
      await verifier.close();
    }
  }

  isValid(token: string): Promise<boolean> {
    return this.callerOf(token).then(
      () => true,
      () => false,
    );
  }
}

let server: Server;
beforeEach(() => {
  server = new Server();
});

describe('a code', () => {
  test('is exchanged for a dashboard token of its user', async () => {
    for (const userId of [adaId, eveId]) {
      const { scopes, ...caller } = await server.callerOf(await server.signIn(userId));
      expect([caller.userId, scopes, caller.agentInstanceId ?? null]).toEqual([userId, ['dashboard'], null]);
    }
  });

  test('is a new random text of 128 bits that can be part of a link', () => {
    const made = Array.from({ length: 100 }, () => server.codes.newCode(adaId));
    expect(new Set(made).size).toBe(made.length);
    for (const code of made) expect(code).toMatch(/^[\w-]{22}$/);
  });

  test('can be redeemed once', async () => {
    const [code, other] = [server.codes.newCode(adaId), server.codes.newCode(adaId)];
    await server.codes.redeem(code);
    await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
    // Another code is still valid.
    await server.codes.redeem(other);
  });

  test('can be redeemed by only one of many concurrent requests', async () => {
    const code = server.codes.newCode(adaId);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => server.codes.redeem(code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject(REFUSED);
    expect(await server.apiKeys.list(adaId)).toHaveLength(1);
  });

  test('is valid for less than 24 hours', async () => {
    const [code, other] = [server.codes.newCode(adaId), server.codes.newCode(adaId)];
    server.clock.advance(DAY_MS - 1);
    await server.codes.redeem(code);
    server.clock.advance(1);
    await expect(server.codes.redeem(other)).rejects.toMatchObject(REFUSED);
  });

  test.each(['', 'x', 'A'.repeat(22), 'constructor'])(
    'that was never issued, "%s", is refused in the same way',
    async (code) => {
      server.codes.newCode(adaId);
      await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
      expect(await server.apiKeys.listAll()).toEqual([]);
    },
  );

  test('fails with issuing_disabled, every time, on a server that issues no tokens', async () => {
    const codes = new SignInCodes({ ...server, issuer: null });
    const code = codes.newCode(adaId);
    for (let nth = 0; nth < 2; nth += 1) {
      await expect(codes.redeem(code)).rejects.toMatchObject({ code: 'issuing_disabled' });
    }
  });

  test('stays valid if the store fails, because no token was issued', async () => {
    const code = server.codes.newCode(adaId);
    const { update } = server.apiKeys;
    server.apiKeys.update = () => Promise.reject(storageUnavailable());
    await expect(server.codes.redeem(code)).rejects.toMatchObject({ code: 'storage_unavailable' });
    server.apiKeys.update = update;
    expect(await server.isValid(await server.codes.redeem(code))).toBe(true);
    await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
  });
});

describe('the key that a code is redeemed for', () => {
  const ada = aCaller({ userId: adaId, scopes: ['dashboard'] });
  const listed = async () =>
    (await server.dispatch(useCases.listApiKeys, { caller: ada, input: {} })).api_keys;

  test('is listed as the key of a browser and expires after 30 days', async () => {
    await server.signIn();
    const expires_at = new Date(NOW.getTime() + 30 * DAY_MS).toISOString();
    expect(await listed()).toMatchObject([
      { name: 'browser', scope: 'dashboard', agent_instance_id: null, expires_at, revoked_at: null },
    ]);
  });

  test('can be revoked like any other, and keys with the same name stay valid', async () => {
    const lost = await server.signIn();
    const [{ id } = expect.unreachable()] = await listed();
    const kept = await server.signIn();
    await server.dispatch(useCases.revokeApiKey, { caller: ada, input: { id } });
    expect([await server.isValid(lost), await server.isValid(kept)]).toEqual([false, true]);
  });
});

describe('signing out', () => {
  const areValid = (...tokens: string[]) => Promise.all(tokens.map((token) => server.isValid(token)));
  const end = (userId: UserId, token: string) => server.codes.signOut(userId, token);

  test('revokes the key of this browser, and of no other browser', async () => {
    const [here, elsewhere] = [await server.signIn(), await server.signIn()];
    await end(adaId, here);
    expect(await areValid(here, elsewhere)).toEqual([false, true]);
  });

  test('revokes the key after a restart of the server too', async () => {
    const token = await server.signIn();
    await new SignInCodes(server).signOut(adaId, token);
    expect(await areValid(token)).toEqual([false]);
  });

  test('twice has the same result as once', async () => {
    const token = await server.signIn();
    await end(adaId, token);
    const [{ revokedAt } = {}] = await server.apiKeys.list(adaId);
    server.clock.advance(1_000);
    await end(adaId, token);
    expect(await server.apiKeys.list(adaId)).toMatchObject([{ revokedAt }]);
  });

  test('does not revoke a token that was pasted, because it may be in use elsewhere', async () => {
    const pasted = await server.issue('laptop');
    await end(adaId, pasted);
    expect(await areValid(pasted)).toEqual([true]);
  });

  test('does nothing for another user’s token or an invalid one', async () => {
    const [ofAda, ofEve] = [await server.signIn(adaId), await server.signIn(eveId)];
    await end(eveId, ofAda);
    await end(adaId, ofEve);
    await end(adaId, '');
    await end(userIdOf('nobody'), 'nonsense');
    expect(await areValid(ofAda, ofEve)).toEqual([true, true]);
  });
});

describe('a code for all processes', () => {
  const { authorizations } = inMemoryStore(new InProcessSignals());
  const process = (server: Server) => new SignInCodes({ ...portsOf(server), authorizations });
  const portsOf = ({ apiKeys, issuer, clock }: Server) => ({ apiKeys, issuer, clock });

  test('is redeemed by any of them, once, for the token of its user', async () => {
    const server = new Server();
    const code = await process(server).newSharedCode(eveId);
    const answers = await Promise.allSettled([1, 2, 3].map(() => process(server).redeem(code)));
    const tokens = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(tokens).toHaveLength(1);
    expect(await server.callerOf(tokens[0]!)).toMatchObject({ userId: eveId, scopes: ['dashboard'] });
    await expect(process(server).redeem(code)).rejects.toMatchObject(REFUSED);
  });

  test('is valid for a minute', async () => {
    const server = new Server();
    const code = await process(server).newSharedCode(adaId);
    server.clock.advance(60_000);
    await expect(process(server).redeem(code)).rejects.toMatchObject(REFUSED);
  });
});
