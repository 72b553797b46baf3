import { cleanStop } from './clean-stop.ts';
import { deadlines } from './deadlines.ts';
import { diskFull } from './disk-full.ts';
import { exactlyOnce } from './exactly-once.ts';
import { hooks } from './hooks.ts';
import { hostileNeighbour } from './hostile-neighbour.ts';
import { lostResponses } from './lost-responses.ts';
import { noServerErrors } from './no-5xx.ts';
import { nothingLost } from './nothing-lost.ts';
import { notifications } from './notifications.ts';
import type { Proof } from './proof.ts';
import { revocation } from './revocation.ts';
import { rotation } from './rotation.ts';
import { streams } from './streams.ts';
import { useCaseInputs } from './use-cases.ts';
import { waitingIsFree } from './waiting-is-free.ts';

/** All proofs, in the order in which they run. */
export const PROOFS: readonly Proof[] = [
  exactlyOnce,
  nothingLost,
  lostResponses,
  deadlines,
  notifications,
  waitingIsFree,
  revocation,
  rotation,
  noServerErrors,
  useCaseInputs,
  hooks,
  cleanStop,
  streams,
  diskFull,
  hostileNeighbour,
];
