import type * as v from 'valibot';
import {
  type ApiKey,
  apiKeyId,
  revokeApiKey as decideRevocation,
  isGood,
  type Scope,
} from '../domain/api-key.ts';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';
import type { ApiKeyName, ApiKeyRepository } from '../ports/api-key-repository.ts';
import { issueApiKey } from './issue-api-key.ts';
import type { Ports } from './use-case.ts';
import { type apiKey, wireApiKey } from './wire-api-key.ts';

/** A key as whoever runs the server sees it. */
export type ListedKey = { readonly user_id: string } & v.InferOutput<typeof apiKey>;

export interface IssueRequest {
  readonly userId: UserId;
  readonly name: string;
  readonly scope: Scope;
  readonly agentInstanceId: AgentInstanceId | null;
  /** null: it never expires. */
  readonly expiresInSeconds: number | null;
}

/** How one token of an import fared. */
export type Imported =
  | { readonly outcome: 'recorded' | 'known'; readonly key: ListedKey }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * What whoever runs the server may do with keys, with everybody's. Arguments and answers are plain JSON, so
 * that it can be asked from another process.
 */
export interface Operator {
  /** @returns the token, which nobody can tell again. @throws PortError `issuing_disabled`. */
  issue(request: IssueRequest): Promise<string>;
  list(): Promise<readonly ListedKey[]>;
  /** @returns the keys of this id, revoked now. @throws DomainError `invalid_id`. */
  revoke(id: string): Promise<readonly ListedKey[]>;
  /** Records tokens that an own key has signed, so that they can be listed and revoked. One answer each. */
  import(tokens: readonly string[]): Promise<readonly Imported[]>;
}

export interface OperatorPorts extends Pick<Ports, 'issuer' | 'clock'> {
  readonly apiKeys: ApiKeyRepository;
  /** The record that a token of an own key would have. @throws Error saying why it can have none. */
  readonly recordOf: (token: string) => Promise<{ readonly userId: UserId; readonly key: ApiKey }>;
}

export function createOperator(ports: OperatorPorts): Operator {
  const { apiKeys, recordOf } = ports;

  async function importToken(token: string): Promise<Imported> {
    try {
      const { userId, key } = await recordOf(token);
      return await apiKeys.update({ userId, id: key.id }, (known) => ({
        // A token that was revoked stays revoked.
        output: {
          outcome: known === null ? ('recorded' as const) : ('known' as const),
          key: listed(userId, known ?? key),
        },
        changes: known === null ? key : null,
        record: null,
      }));
    } catch (error) {
      return { outcome: 'refused', reason: (error as Error).message };
    }
  }

  return {
    issue: (request) => issue(ports, request),

    async list() {
      return (await apiKeys.listAll()).map(({ userId, key }) => listed(userId, key));
    },

    async revoke(text) {
      const id = apiKeyId(text);
      const named = (await apiKeys.listAll()).filter(({ key }) => key.id === id);
      return Promise.all(named.map(({ userId }) => revoke(ports, { userId, id })));
    },

    async import(tokens) {
      const imported: Imported[] = [];
      for (const token of tokens) imported.push(await importToken(token));
      return imported;
    },
  };
}

/**
 * A token that stays the same from call to call: it is made again from its record while that is good, since
 * a token itself is stored nowhere. Keys sign deterministically, but for ES256, whose tokens differ and mean
 * the same.
 * @throws PortError `issuing_disabled`
 */
export async function standingToken(
  ports: Pick<OperatorPorts, 'apiKeys' | 'issuer' | 'clock'>,
  { userId, name, scope }: Pick<IssueRequest, 'userId' | 'name' | 'scope'>,
): Promise<string> {
  const keys = await ports.apiKeys.list(userId);
  const standing = keys.find(
    (key) =>
      key.name === name && key.scope === scope && key.expiresAt === null && isGood(key, ports.clock.now()),
  );
  if (standing !== undefined && ports.issuer != null) return ports.issuer.issue({ ...standing, userId });
  const unlimited = { agentInstanceId: null, expiresInSeconds: null };
  return issue(ports, { userId, name, scope, ...unlimited });
}

async function issue(
  ports: Pick<OperatorPorts, 'apiKeys' | 'issuer' | 'clock'>,
  { userId, ...request }: IssueRequest,
): Promise<string> {
  const { key, token } = await issueApiKey(ports, userId, request);
  await ports.apiKeys.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));
  return token;
}

function revoke(
  { apiKeys, clock }: Pick<OperatorPorts, 'apiKeys' | 'clock'>,
  name: ApiKeyName,
): Promise<ListedKey> {
  return apiKeys.update(name, (key) => {
    const changes = decideRevocation(key, clock.now());
    return { output: listed(name.userId, (changes ?? key)!), changes, record: null };
  });
}

const listed = (userId: UserId, key: ApiKey): ListedKey => ({ user_id: userId, ...wireApiKey(key) });
