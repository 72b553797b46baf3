import * as v from 'valibot';
import { deleteUser } from '../../admin/delete-user.ts';
import { RequestError, removalDisabled } from '../../errors.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { holdings, wireHoldings } from '../../wire/holdings.ts';

/**
 * Deletes all data of the calling user, the key of the current token included. The answer is not recorded
 * under an Idempotency-Key, because idempotency records are deleted too. A repeat is refused, like every
 * later call with the same token.
 */
export const deleteAccount = defineUseCase({
  name: 'delete_account',
  summary: 'Delete your account with all its data',
  errorCodes: ['removal_disabled'],
  scopes: ['dashboard'],
  input: v.object({ confirm: field.text }),
  output: v.object({ success: v.literal(true), deleted: holdings }),
  async run({ removal = null, clock }, { caller: { userId }, input }) {
    if (input.confirm !== userId) throw notConfirmed();
    if (removal === null) throw removalDisabled();
    let deleted = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };
    for await (const soFar of deleteUser({ removal, clock }, userId)) deleted = soFar;
    return { success: true as const, deleted: wireHoldings(deleted) };
  },
});

const notConfirmed = () => {
  const message = 'must be your user id, as GET /auth/verify returns it. The deletion cannot be undone';
  return new RequestError('invalid_input', `confirm: ${message}`, [{ path: 'confirm', message }]);
};
