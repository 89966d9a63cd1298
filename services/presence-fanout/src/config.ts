import type { HeliographConfig } from '@heliograph/config'

/** What the presence-fanout service reads of the configuration. */
export interface FanoutConfig {
  /** Changes of one resource within the window that go out at once; later ones wait for its end, and only the last counts. */
  readonly flapBurst: number
  readonly flapWindowMs: number
  /** Publishers whose watchers are kept in memory. */
  readonly cachedPublishers: number
}

export function fanoutConfig(config: HeliographConfig): FanoutConfig {
  return { flapBurst: config.presence.flapBurst, flapWindowMs: config.presence.flapWindowMs, cachedPublishers: 20_000 }
}
