import { createHash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { Clock } from '../../ports/runtime.ts';
import type {
  AuthorizationRecord,
  AuthorizationRecordKey,
  AuthorizationRepository,
} from '../../ports/storage/authorization-repository.ts';
import type { Grants } from './grants.ts';
import { LIFETIMES } from './lifetimes.ts';

export interface RecordAdapterPorts {
  readonly authorizations: AuthorizationRepository;
  readonly grants: Grants;
  readonly clock: Clock;
}

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Stands in for the id of a record that was found by another property. It is never accepted from outside. */
const HASHED = 'hashed:';
const hashOfId = (id: string): string => (id.startsWith(HASHED) ? id.slice(HASHED.length) : hashOf(id));

/** The kinds whose ids are public. The library reads the id from the payload itself. */
const WITHOUT_SECRET_ID = new Set(['Client']);

/**
 * Returns a function that makes the storage of oidc-provider for each kind of its data. Ids, most of which
 * are tokens, are stored as hashes only, so nobody can use what they read in the database.
 */
export const recordAdapter =
  (ports: RecordAdapterPorts) =>
  (kind: string): Adapter => {
    // Whoever is signed in is known from the page. There are no sessions besides that one.
    if (kind === 'Session') return NOTHING;
    return kind === 'Grant' ? new GrantRecords(kind, ports) : new Records(kind, ports);
  };

class Records implements Adapter {
  protected readonly ports: RecordAdapterPorts;
  readonly #kind: string;

  constructor(kind: string, ports: RecordAdapterPorts) {
    this.#kind = kind;
    this.ports = ports;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { userCode } = payload;
    const { authorizations, grants, clock } = this.ports;
    const seconds = expiresIn ?? DEFAULT_LIFETIMES[this.#kind] ?? LIFETIMES.interaction;
    const expiresAt = new Date(clock.now().getTime() + seconds * 1000);
    const userId = (payload.accountId as UserId | undefined) ?? null;
    const grantId = (payload.grantId as ApiKeyId | undefined) ?? this.grantIdOf(id);
    await authorizations.save({
      ...this.keyOf(id),
      ...{ userId, grantId, expiresAt, payload: this.#storedOf(payload) },
      userCodeHash: userCode === undefined ? null : hashOf(userCode),
    });
    if (this.#kind === 'RefreshToken' && userId !== null && grantId !== null)
      await grants.prolong(userId, grantId, expiresAt);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const record = await this.ports.authorizations.find({ kind: this.#kind, idHash: hashOf(id) });
    return record === null ? undefined : this.#payloadOf(record, id);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const record = await this.ports.authorizations.findByUserCode(this.#kind, hashOf(userCode));
    return record === null ? undefined : this.#payloadOf(record, HASHED + record.idHash, userCode);
  }

  /** Only sessions are looked for in this way. */
  async findByUid(): Promise<undefined> {}

  /**
   * Whoever uses a code or a refresh token a second time may have stolen it, or may be the one from whom it
   * was stolen. So the grant ends. The library checks this too, but not for two requests at the same time.
   */
  async consume(id: string): Promise<void> {
    const { authorizations, grants, clock } = this.ports;
    const key = this.keyOf(id);
    if (await authorizations.use(key, clock.now())) return;
    const { userId = null, grantId = null } = (await authorizations.find(key)) ?? {};
    if (userId !== null && grantId !== null) {
      await grants.revoke(userId, grantId);
      await authorizations.deleteByGrant(grantId);
    }
    throw new errors.InvalidGrant('it was used already');
  }

  async destroy(id: string): Promise<void> {
    await this.ports.authorizations.delete(this.keyOf(id));
  }

  /** The library also destroys the grant, and with it everything that belongs to it. */
  async revokeByGrantId(): Promise<void> {}

  protected keyOf(id: string): AuthorizationRecordKey {
    return { kind: this.#kind, idHash: hashOfId(id) };
  }

  protected grantIdOf(_id: string): ApiKeyId | null {
    return null;
  }

  /** Leaves out what a thief of the database could use. */
  #storedOf({
    jti: _,
    userCode: __,
    consumed: ___,
    ...stored
  }: AdapterPayload): AuthorizationRecord['payload'] {
    return stored;
  }

  #payloadOf(
    { payload, usedAt, expiresAt }: AuthorizationRecord,
    id: string,
    userCode?: string,
  ): AdapterPayload | undefined {
    if (payload.exp === undefined && expiresAt <= this.ports.clock.now()) return undefined;
    return {
      ...payload,
      ...(!WITHOUT_SECRET_ID.has(this.#kind) && { jti: id }),
      ...(userCode !== undefined && { userCode }),
      ...(usedAt !== null && { consumed: Math.floor(usedAt.getTime() / 1000) }),
    };
  }
}

/** The library's part of a grant: to which resources it gives access. The other part is the API key. */
class GrantRecords extends Records {
  override async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    await super.upsert(id, payload, expiresIn);
    const { authorizations, clock } = this.ports;
    const expiresAt = new Date(clock.now().getTime() + LIFETIMES.grant * 1000);
    await authorizations.prolong({ kind: 'Client', idHash: hashOf(payload.clientId!) }, expiresAt);
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const payload = await super.find(id);
    if (payload === undefined) return undefined;
    const isValid = await this.ports.grants.isValid(payload.accountId as UserId, id as ApiKeyId);
    return isValid ? payload : undefined;
  }

  override async destroy(id: string): Promise<void> {
    const { authorizations, grants } = this.ports;
    const record = await authorizations.find(this.keyOf(id));
    if (record?.userId != null) await grants.revoke(record.userId, id as ApiKeyId);
    await authorizations.deleteByGrant(id as ApiKeyId);
  }

  protected override grantIdOf(id: string): ApiKeyId {
    return id as ApiKeyId;
  }
}

/** The lifetimes of what the library keeps for ever. */
const DEFAULT_LIFETIMES: { readonly [kind: string]: number } = {
  Client: LIFETIMES.unusedClient,
  RegistrationAccessToken: LIFETIMES.registrationToken,
};

const NOTHING: Adapter = {
  async upsert() {},
  async find() {},
  async findByUserCode() {},
  async findByUid() {},
  async consume() {},
  async destroy() {},
  async revokeByGrantId() {},
};
