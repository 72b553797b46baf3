import type { Logger } from '../../../ports/runtime.ts';
import type { Ports } from '../../use-case.ts';
import type { ReadWaitsElsewhere } from './waits-elsewhere.ts';

/** What live streams need from outside. */
export interface LivePorts
  extends Pick<Ports, 'queries' | 'signals' | 'waits' | 'settings' | 'clock' | 'ids'> {
  /** Told of what could not be read and is tried again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
  /** Null or absent where one process is all there is. */
  readonly waitsElsewhere?: ReadWaitsElsewhere | null;
  /** Between looks for waits in other processes. */
  readonly waitsElsewhereMillis?: number;
  /** Between the events that only say that a stream is alive. */
  readonly keepAliveMillis?: number;
}
