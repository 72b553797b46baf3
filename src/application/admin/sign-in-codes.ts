import { randomBytes } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import { revokeApiKey } from '../../domain/user/api-key.ts';
import { unauthenticated } from '../../ports/errors.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { AuthorizationRepository } from '../../ports/storage/authorization-repository.ts';
import type { Ports } from '../use-case.ts';
import { hashOfToken, issueApiKey } from './issue-api-key.ts';

/** A day, so that a person can still use the link that is in the terminal the next morning. */
const CODE_LIFE_MS = 24 * 60 * 60 * 1000;

/** How long a code for all processes is valid: a browser uses it at once. */
const SHARED_CODE_LIFE_MS = 60_000;

const BROWSER_KEY = 'browser';
const BROWSER_KEY_LIFE_SECONDS = 30 * 24 * 60 * 60;

export interface SignInPorts extends Pick<Ports, 'issuer' | 'clock'> {
  readonly apiKeys: ApiKeyRepository;
  /** Keeps codes for all processes. Absent or null: there are only codes of this process. */
  readonly authorizations?: AuthorizationRepository | null;
}

/**
 * Keeps one-time codes for links that sign a browser in. Codes for links that people keep are in the memory
 * of this process only.
 */
export class SignInCodes {
  readonly #ports: SignInPorts;
  readonly #codes = new Map<string, { readonly userId: UserId; readonly expiresAt: number }>();

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  /** Makes a code of 128 random bits. */
  newCode(userId: UserId): string {
    const code = randomBytes(16).toString('base64url');
    this.#codes.set(code, { userId, expiresAt: this.#ports.clock.now().getTime() + CODE_LIFE_MS });
    return code;
  }

  /**
   * Makes a code that every process can redeem, within a minute. The store keeps only its hash.
   * @throws PortError `storage_unavailable`
   */
  async newSharedCode(userId: UserId): Promise<string> {
    const { authorizations, clock } = this.#ports;
    if (authorizations == null) return this.newCode(userId);
    const code = randomBytes(16).toString('base64url');
    const expiresAt = new Date(clock.now().getTime() + SHARED_CODE_LIFE_MS);
    await authorizations.save({
      ...{ ...sharedCode(code), userId, expiresAt },
      ...{ grantId: null, userCodeHash: null, payload: {} },
    });
    return code;
  }

  /**
   * Exchanges a code for the token of a new API key, which is listed and can be revoked like any other. A
   * code works once, also if several clients redeem it at once. If no key could be made, the code stays
   * valid.
   * @throws PortError `unauthenticated` for a code that was used, has expired or never existed.
   * @throws PortError `issuing_disabled`, `storage_busy`, `storage_unavailable`.
   */
  async redeem(code: string): Promise<string> {
    const pendingCode = this.#codes.get(code);
    // The code is deleted before anything is awaited, so that no other request finds it.
    this.#codes.delete(code);
    if (pendingCode === undefined) return this.#newKey(await this.#useSharedCode(code));
    if (pendingCode.expiresAt <= this.#ports.clock.now().getTime()) throw unknownCode();
    try {
      return await this.#newKey(pendingCode.userId);
    } catch (error) {
      this.#codes.set(code, pendingCode);
      throw error;
    }
  }

  /**
   * Revokes the API key of a token that `redeem` has returned. A token that was made in another way stays
   * valid, because it may be in use elsewhere.
   */
  async signOut(userId: UserId, token: string): Promise<void> {
    const { apiKeys, clock } = this.#ports;
    const key = await apiKeys.findByToken(userId, { id: null, hash: hashOfToken(token) });
    if (key?.name !== BROWSER_KEY) return;
    await apiKeys.update({ userId, id: key.id }, (current) => ({
      output: null,
      changes: revokeApiKey(current, clock.now()),
      record: null,
    }));
  }

  /** @throws PortError `unauthenticated` as `redeem` does. */
  async #useSharedCode(code: string): Promise<UserId> {
    const { authorizations = null, clock } = this.#ports;
    const record = (await authorizations?.find(sharedCode(code))) ?? null;
    if (authorizations === null || record?.userId == null || record.expiresAt <= clock.now())
      throw unknownCode();
    if (!(await authorizations.use(record, clock.now()))) throw unknownCode();
    return record.userId;
  }

  async #newKey(userId: UserId): Promise<string> {
    const { key, token } = await issueApiKey(this.#ports, userId, {
      name: BROWSER_KEY,
      scope: 'dashboard',
      agentInstanceId: null,
      expiresInSeconds: BROWSER_KEY_LIFE_SECONDS,
    });
    await this.#ports.apiKeys.update({ userId, id: key.id }, () => ({
      output: null,
      changes: key,
      record: null,
    }));
    return token;
  }
}

const sharedCode = (code: string) => ({ kind: 'SignInCode', idHash: hashOfToken(code) });

const unknownCode = () => unauthenticated(new Error('no such sign-in code'));
