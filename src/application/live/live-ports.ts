import type { Logger } from '../../ports/runtime.ts';
import type { Ports } from '../use-case.ts';

/** What live streams need from outside. */
export interface LivePorts
  extends Pick<Ports, 'queries' | 'signals' | 'waits' | 'settings' | 'clock' | 'ids'> {
  /** Told of what could not be read and is tried again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
  /** Between the events that only say that a stream is alive. */
  readonly heartbeatMillis?: number;
}
