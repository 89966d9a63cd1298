export type { Change, Heartbeat, Holding, LiveState, Member, Place, Standing } from './live-state.ts'
