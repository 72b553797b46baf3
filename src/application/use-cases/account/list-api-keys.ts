import * as v from 'valibot';
import { requireApiKeys } from '../../admin/issue-api-key.ts';
import { defineUseCase } from '../../use-case.ts';
import { apiKey, wireApiKey } from '../../wire/api-key.ts';

/** The caller's keys, the newest first; revoked and expired ones, too. */
export const listApiKeys = defineUseCase({
  name: 'list_api_keys',
  summary: 'List the keys of the user, the newest first',
  errorCodes: ['issuing_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({ api_keys: v.array(apiKey) }),
  async run(ports, { caller }) {
    const keys = await requireApiKeys(ports).list(caller.userId);
    return { api_keys: keys.map(wireApiKey) };
  },
});
