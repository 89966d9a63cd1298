export { rosterMigrations } from './migrations.ts'
export { PostgresRosterStore } from './postgres-roster-store.ts'
export { Roster, type RosterItem, type Subscription } from './roster.ts'
export type { RosterChange, RosterStore } from './store.ts'
export {
  inbound,
  NO_SUBSCRIPTION,
  outbound,
  type SubscriptionState,
  type SubscriptionType,
  stateOf,
  subscriptionOf,
  type Transition,
} from './subscription-state.ts'
