import * as v from 'valibot';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/** Returns what the caller's token says: its user, its scopes and its expiry. */
export const verifyToken = defineUseCase({
  name: 'verify_token',
  summary: 'Show the user, the scopes and the expiry of the token',
  errorCodes: [],
  scopes: [],
  input: v.object({}),
  output: v.object({
    success: v.literal(true),
    user_id: v.string(),
    email: v.nullable(v.string()),
    display_name: v.nullable(v.string()),
    message: v.nullable(v.string()),
    scopes: v.array(v.string()),
    expires_at: v.nullable(field.timestamp),
    agent_instance_id: v.nullable(field.shownId),
  }),
  async run(_ports, { caller }) {
    return {
      success: true as const,
      user_id: caller.userId,
      email: caller.email ?? null,
      display_name: caller.displayName ?? null,
      message: null,
      scopes: [...caller.scopes],
      expires_at: caller.expiresAt?.toISOString() ?? null,
      agent_instance_id: caller.agentInstanceId ?? null,
    };
  },
});
