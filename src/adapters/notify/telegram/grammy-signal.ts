import type { Api } from 'grammy';

type GrammySignal = NonNullable<Parameters<Api['getMe']>[0]>;

/** grammY's types are those of an old library. At run time it takes Node's signals. */
export const grammySignal = (signal: AbortSignal): GrammySignal => signal as unknown as GrammySignal;
