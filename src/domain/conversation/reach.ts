/** A kind of destination, as agents name it in `send_push`, `send_email` and `send_sms`. */
export type ChannelKind = 'push' | 'email' | 'sms';

/**
 * What an agent says about who gets one message. true: it reaches the destinations of this kind, whatever the
 * rules say. false: it never does. null: as the rules say.
 */
export type Reach = { readonly [Kind in ChannelKind]: boolean | null } & {
  /** The address of the program that is told how the question ended; absent or null: none. */
  readonly callback?: string | null;
};

/** Returns the reach; null if it leaves everything to the rules. */
export const reachOf = (
  reach: { readonly [Kind in ChannelKind]?: boolean | null | undefined } & Pick<Reach, 'callback'>,
): Reach | null => {
  const { push = null, email = null, sms = null, callback = null } = reach;
  const isSilent = push === null && email === null && sms === null;
  if (callback !== null) return { push, email, sms, callback };
  return isSilent ? null : { push, email, sms };
};

/** Whether the message has to reach somebody although it is only a step. */
export const demandsReach = (reach: Reach | null): boolean =>
  reach !== null && Object.values(reach).includes(true);
