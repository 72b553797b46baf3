import * as v from 'valibot';
import { requireApiKeys } from '../../admin/issue-api-key.ts';
import { defineUseCase } from '../../use-case.ts';
import { apiKey, wireApiKey } from '../../wire/api-key.ts';

/** Lists the keys of the calling user, newest first, revoked and expired ones included. */
export const listApiKeys = defineUseCase({
  name: 'list_api_keys',
  summary: 'List your keys, newest first',
  errorCodes: ['issuing_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({ api_keys: v.array(apiKey) }),
  async run(ports, { caller }) {
    const keys = await requireApiKeys(ports).list(caller.userId);
    return { api_keys: keys.map(wireApiKey) };
  },
});
