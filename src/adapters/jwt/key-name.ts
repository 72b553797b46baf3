import type { ApiKeyName } from '../../ports/api-key-repository.ts';

/** One text for both parts, which no other two parts make. */
export const keyNameOf = ({ userId, id }: ApiKeyName): string => JSON.stringify([userId, id]);
