export type {
  Change,
  Heartbeat,
  Holding,
  Lease,
  LiveState,
  Member,
  Place,
  Release,
  Renewal,
  Standing,
} from './live-state.ts'
export { MemoryLiveState, type MemoryLiveStateOptions } from './memory-live-state.ts'
export { RedisLiveState, type RedisLiveStateOptions } from './redis-live-state.ts'
