import { hostname } from 'node:os';
import { decodeJwt } from 'jose';
import type { Connection } from '../connection-file.ts';

/** An API key for one agent of this machine, and where it works. */
export type AgentKey = Pick<Connection, 'base_url' | 'token' | 'key_id' | 'data_dir' | 'grant'>;

/** Returns the name of the key in lists. */
export const keyName = (agent: string): string => `${hostname().slice(0, 40)} / ${agent}`;

/** Returns the id of the API key of a token. Tokens of a grant have more than the id. */
export const keyIdOf = (token: string): string => (decodeJwt(token).jti ?? '').split('.')[0]!;
