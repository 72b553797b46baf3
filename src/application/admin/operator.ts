import type * as v from 'valibot';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import {
  type ApiKey,
  apiKeyId,
  revokeApiKey as decideRevocation,
  isValidApiKey,
  type Scope,
} from '../../domain/user/api-key.ts';
import { isTokenRefused } from '../../domain/user/user-deletion.ts';
import { issuingDisabled } from '../../ports/errors.ts';
import type { ApiKeyRef, ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { CompleteStore } from '../../ports/store.ts';
import type { TokenRecord } from '../../ports/tokens/token-issuer.ts';
import type { Ports } from '../use-case.ts';
import { type apiKey, wireApiKey } from '../wire/api-key.ts';
import { type WireHoldings, wireHoldings } from '../wire/holdings.ts';
import { deleteUser } from './delete-user.ts';
import { hashOfToken, issueApiKey } from './issue-api-key.ts';
import { type ExportLine, exportUser } from './user-export.ts';

/** An API key as the operator of the server sees it. */
export type ListedKey = { readonly user_id: string } & v.InferOutput<typeof apiKey>;

export interface IssueRequest {
  readonly userId: UserId;
  readonly name: string;
  readonly scope: Scope;
  readonly agentInstanceId: AgentInstanceId | null;
  /** null: the key never expires. */
  readonly expiresInSeconds: number | null;
}

/** The result for one token of an import. `known` means that the token was recorded before. */
export type ImportResult =
  | { readonly outcome: 'recorded' | 'known'; readonly key: ListedKey }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * What the operator of the server may do with the API keys and data of all users. Arguments and results are
 * plain JSON, so that another process can call it. Long operations yield their results one by one.
 */
export interface Operator {
  /** @returns the token, which cannot be shown again. @throws PortError `issuing_disabled` */
  issue(request: IssueRequest): Promise<string>;
  list(): Promise<readonly ListedKey[]>;
  /** Revokes the keys with this id. @returns those keys. @throws DomainError `invalid_id` */
  revoke(id: string): Promise<readonly ListedKey[]>;
  /** Records tokens that a signing key of this server has signed, so that they can be listed and revoked. */
  import(tokens: readonly string[]): Promise<readonly ImportResult[]>;
  /** Counts what is stored of a user. */
  holdings(userId: UserId): Promise<WireHoldings>;
  exportUser(userId: UserId): AsyncIterable<ExportLine>;
  /** Yields how much is deleted so far. The deletion goes on even if the caller stops reading. */
  deleteUser(userId: UserId): AsyncIterable<WireHoldings>;
}

export interface OperatorPorts extends Pick<Ports, 'issuer' | 'clock'> {
  readonly store: CompleteStore;
  /**
   * Makes the record of a token that was signed elsewhere with this server's key.
   * @throws Error if the token cannot be recorded; the message says why.
   */
  readonly recordOf: (token: string) => Promise<TokenRecord>;
}

/** What is needed to make and revoke keys. */
export interface KeyPorts extends Pick<Ports, 'issuer' | 'clock'> {
  readonly apiKeys: ApiKeyRepository;
}

export function createOperator({ store, issuer, clock, recordOf }: OperatorPorts): Operator {
  const { apiKeys, queries, removal, notifications } = store;
  const keyPorts = { apiKeys, issuer, clock };

  async function importToken(token: string): Promise<ImportResult> {
    let tokenRecord: TokenRecord;
    try {
      tokenRecord = await recordOf(token);
    } catch (error) {
      return { outcome: 'refused', reason: (error as Error).message };
    }
    const { userId, key, issuedAt } = tokenRecord;
    const deletion = await removal.findUserDeletion(userId);
    if (deletion !== null && isTokenRefused(deletion, issuedAt))
      return { outcome: 'refused', reason: 'its user was deleted' };
    return apiKeys.update({ userId, id: key.id }, (existingKey) => ({
      output: importResult(userId, key, existingKey),
      // An existing record stays as it is: a revoked token must stay revoked.
      changes: existingKey === null ? key : null,
      record: null,
    }));
  }

  return {
    async issue(request) {
      const deletion = await removal.findUserDeletion(request.userId);
      if (deletion !== null && deletion.finishedAt === null) {
        throw issuingDisabled(
          `${request.userId} is being deleted. A running server finishes the deletion within half a minute; try again then`,
        );
      }
      return issue(keyPorts, request);
    },

    async list() {
      return (await apiKeys.listAll()).map(({ userId, key }) => toListedKey(userId, key));
    },

    async revoke(keyId) {
      const id = apiKeyId(keyId);
      const matchingKeys = (await apiKeys.listAll()).filter(({ key }) => key.id === id);
      return Promise.all(matchingKeys.map(({ userId }) => revoke(keyPorts, { userId, id })));
    },

    async import(tokens) {
      const imported: ImportResult[] = [];
      for (const token of tokens) imported.push(await importToken(token));
      return imported;
    },

    async holdings(userId) {
      return wireHoldings(await removal.holdings(userId));
    },

    exportUser: (userId) => exportUser({ queries, apiKeys, notifications, clock }, userId),

    async *deleteUser(userId) {
      for await (const soFar of deleteUser({ removal, clock }, userId)) yield wireHoldings(soFar);
    },
  };
}

/**
 * Returns the result of an import. A token is refused if another token with its id is recorded, because a
 * record has the hash of only one token.
 */
function importResult(userId: UserId, key: ApiKey, existingKey: ApiKey | null): ImportResult {
  if (existingKey === null) return { outcome: 'recorded', key: toListedKey(userId, key) };
  if (existingKey.tokenHash === key.tokenHash) {
    return { outcome: 'known', key: toListedKey(userId, existingKey) };
  }
  return { outcome: 'refused', reason: `another token with the id ${key.id} is recorded` };
}

/**
 * Returns a token of the same API key in every call, although tokens are not stored: while the key is valid,
 * the token is made again from its record. It is the same text each time, except with ES256, which gives a
 * different valid token each time. If there is no such key, or if the signing key was replaced, a new API key
 * is made.
 * @throws PortError `issuing_disabled`
 */
export async function stableToken(
  ports: KeyPorts,
  { userId, name, scope }: Pick<IssueRequest, 'userId' | 'name' | 'scope'>,
): Promise<string> {
  const { issuer, apiKeys, clock } = ports;
  const withoutLimits = { agentInstanceId: null, expiresInSeconds: null };
  for (const key of issuer == null ? [] : await apiKeys.list(userId)) {
    const isRequestedKey = key.name === name && key.scope === scope && isUnlimited(key);
    if (!isRequestedKey || !isValidApiKey(key, clock.now())) continue;
    const token = await issuer!.issue({ ...key, userId });
    if (!issuer!.isDeterministic || hashOfToken(token) === key.tokenHash) return token;
  }
  return issue(ports, { userId, name, scope, ...withoutLimits });
}

async function issue(ports: KeyPorts, { userId, ...request }: IssueRequest): Promise<string> {
  const { key, token } = await issueApiKey(ports, userId, request);
  await ports.apiKeys.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));
  return token;
}

function revoke({ apiKeys, clock }: KeyPorts, ref: ApiKeyRef): Promise<ListedKey> {
  return apiKeys.update(ref, (key) => {
    const changes = decideRevocation(key, clock.now());
    return { output: toListedKey(ref.userId, (changes ?? key)!), changes, record: null };
  });
}

const isUnlimited = ({ agentInstanceId, expiresAt }: ApiKey): boolean =>
  agentInstanceId === null && expiresAt === null;

const toListedKey = (userId: UserId, key: ApiKey): ListedKey => ({ user_id: userId, ...wireApiKey(key) });
