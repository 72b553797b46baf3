import * as v from 'valibot';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/** Tells the bearer of a token what it stands for. */
export const verifyToken = defineUseCase({
  name: 'verify_token',
  summary: 'Tell what the token stands for',
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
    agent_instance_id: v.nullable(v.string()),
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
