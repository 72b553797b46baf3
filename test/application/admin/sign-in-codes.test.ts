import { beforeEach, describe, expect, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { issueApiKey } from '../../../src/application/admin/issue-api-key.ts';
import { SignInCodes } from '../../../src/application/admin/sign-in-codes.ts';
import { createDispatch } from '../../../src/application/dispatch/dispatch.ts';
import { DEFAULT_SETTINGS } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { storageUnavailable } from '../../../src/ports/errors.ts';
import { pairs } from '../../adapters/jwt/signed-tokens.ts';
import { aCaller, FakeClock, FakeIds, NOW, userIdOf } from '../../support/builders.ts';

const adaId = userIdOf('ada');
const eveId = userIdOf('eve');
const DAY_MS = 24 * 60 * 60 * 1000;
const REFUSED = { code: 'unauthenticated', message: 'A valid bearer token is required' };

/** One server: its keys, its codes, and what checks the tokens that those are exchanged for. */
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
  readonly settings = DEFAULT_SETTINGS;
  readonly codes = new SignInCodes(this);
  readonly dispatch = createDispatch(this, new AbortController().signal);

  signIn(userId = adaId): Promise<string> {
    return this.codes.redeem(this.codes.newCode(userId));
  }

  /** A token that nobody has redeemed a code for. */
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

  /** Checked anew each time, as by another process. */
  async callerOf(token: string) {
    const verifier = new JwtVerifier({ keys: [pairs.EdDSA], store: this, clock: this.clock });
    try {
      return await verifier.verify(token);
    } finally {
      await verifier.close();
    }
  }

  isGood(token: string): Promise<boolean> {
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
  test('is exchanged for a token of its user, which is for the dashboard', async () => {
    for (const userId of [adaId, eveId]) {
      const { scopes, ...caller } = await server.callerOf(await server.signIn(userId));
      expect([caller.userId, scopes, caller.agentInstanceId ?? null]).toEqual([userId, ['dashboard'], null]);
    }
  });

  test('is 128 bits that a link can carry, and another one each time', () => {
    const made = Array.from({ length: 100 }, () => server.codes.newCode(adaId));
    expect(new Set(made).size).toBe(made.length);
    for (const code of made) expect(code).toMatch(/^[\w-]{22}$/);
  });

  test('is good once', async () => {
    const [code, other] = [server.codes.newCode(adaId), server.codes.newCode(adaId)];
    await server.codes.redeem(code);
    await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
    // Whoever has another one still gets in.
    await server.codes.redeem(other);
  });

  test('is good for one of many who redeem it at the same time', async () => {
    const code = server.codes.newCode(adaId);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => server.codes.redeem(code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject(REFUSED);
    expect(await server.apiKeys.list(adaId)).toHaveLength(1);
  });

  test('is good for a day, and no longer at its end', async () => {
    const [code, other] = [server.codes.newCode(adaId), server.codes.newCode(adaId)];
    server.clock.advance(DAY_MS - 1);
    await server.codes.redeem(code);
    server.clock.advance(1);
    await expect(server.codes.redeem(other)).rejects.toMatchObject(REFUSED);
  });

  test.each(['', 'x', 'A'.repeat(22), 'constructor'])(
    'that never was, "%s", is refused alike',
    async (code) => {
      server.codes.newCode(adaId);
      await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
      expect(await server.apiKeys.listAll()).toEqual([]);
    },
  );

  test('is worth nothing where no tokens are made, and tells why each time', async () => {
    const codes = new SignInCodes({ ...server, issuer: null });
    const code = codes.newCode(adaId);
    for (let nth = 0; nth < 2; nth += 1) {
      await expect(codes.redeem(code)).rejects.toMatchObject({ code: 'issuing_disabled' });
    }
  });

  test('stays good while the store fails: nobody was let in by it', async () => {
    const code = server.codes.newCode(adaId);
    const { update } = server.apiKeys;
    server.apiKeys.update = () => Promise.reject(storageUnavailable());
    await expect(server.codes.redeem(code)).rejects.toMatchObject({ code: 'storage_unavailable' });
    server.apiKeys.update = update;
    expect(await server.isGood(await server.codes.redeem(code))).toBe(true);
    await expect(server.codes.redeem(code)).rejects.toMatchObject(REFUSED);
  });
});

describe('the key that a code is redeemed for', () => {
  const ada = aCaller({ userId: adaId, scopes: ['dashboard'] });
  const listed = async () =>
    (await server.dispatch(useCases.listApiKeys, { caller: ada, input: {} })).api_keys;

  test('is listed as a browser’s, for 30 days', async () => {
    await server.signIn();
    const expires_at = new Date(NOW.getTime() + 30 * DAY_MS).toISOString();
    expect(await listed()).toMatchObject([
      { name: 'browser', scope: 'dashboard', agent_instance_id: null, expires_at, revoked_at: null },
    ]);
  });

  test('is revoked like any other, and others of its name stay good', async () => {
    const lost = await server.signIn();
    const [{ id } = expect.unreachable()] = await listed();
    const kept = await server.signIn();
    await server.dispatch(useCases.revokeApiKey, { caller: ada, input: { id } });
    expect([await server.isGood(lost), await server.isGood(kept)]).toEqual([false, true]);
  });
});

describe('signing out', () => {
  const goodOf = (...tokens: string[]) => Promise.all(tokens.map((token) => server.isGood(token)));
  const end = (userId: UserId, token: string) => server.codes.end(userId, token);

  test('ends the key that the code was redeemed for, and no other browser’s', async () => {
    const [here, elsewhere] = [await server.signIn(), await server.signIn()];
    await end(adaId, here);
    expect(await goodOf(here, elsewhere)).toEqual([false, true]);
  });

  test('ends it after a restart, too', async () => {
    const token = await server.signIn();
    await new SignInCodes(server).end(adaId, token);
    expect(await goodOf(token)).toEqual([false]);
  });

  test('twice is as good as once', async () => {
    const token = await server.signIn();
    await end(adaId, token);
    const [{ revokedAt } = {}] = await server.apiKeys.list(adaId);
    server.clock.advance(1_000);
    await end(adaId, token);
    expect(await server.apiKeys.list(adaId)).toMatchObject([{ revokedAt }]);
  });

  test('leaves a token good that was pasted: it may be in use elsewhere', async () => {
    const pasted = await server.issue('laptop');
    await end(adaId, pasted);
    expect(await goodOf(pasted)).toEqual([true]);
  });

  test('ends nothing of somebody else’s, and nothing that is no token', async () => {
    const [ofAda, ofEve] = [await server.signIn(adaId), await server.signIn(eveId)];
    await end(eveId, ofAda);
    await end(adaId, ofEve);
    await end(adaId, '');
    await end(userIdOf('nobody'), 'nonsense');
    expect(await goodOf(ofAda, ofEve)).toEqual([true, true]);
  });
});
