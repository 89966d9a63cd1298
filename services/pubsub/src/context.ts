import type { IdClock } from '@heliograph/archive'
import type { Registry } from '@heliograph/module'
import type { Gate, Hosts, Ownership, Router, Turns } from '@heliograph/ownership'
import type { Logger, Tracing } from '@heliograph/telemetry'
import type { Bridge } from './bridge/bridge.ts'
import type { PubsubConfig } from './config.ts'
import type { PubsubEvents } from './events.ts'
import type { Nodes } from './node/nodes.ts'
import type { RecipientBudget } from './node/recipients.ts'
import type { NodeIq } from './requests/node-iq.ts'
import type { CollectionStore } from './store/collection-store.ts'
import type { ItemArchive } from './store/item-archive.ts'
import type { ItemStore } from './store/item-store.ts'
import type { LastItems } from './store/last-items.ts'
import type { NodeStore } from './store/node-store.ts'
import type { PeopleStore } from './store/people-store.ts'

/** Where nodes are kept. */
export interface Store {
  readonly nodes: NodeStore
  readonly people: PeopleStore
  readonly collections: CollectionStore
  readonly items: ItemStore
  readonly archive: ItemArchive
  readonly lastItems: LastItems
}

/** Everything the pubsub service is made of; built in `pubsub-service.ts`, handed to whoever needs it. */
export interface PubsubContext {
  readonly config: PubsubConfig
  readonly log: Logger
  readonly events: PubsubEvents
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly clock: IdClock
  readonly store: Store
  readonly nodes: Nodes
  /** Clients that come are told last items in turn. */
  readonly greetings: Gate
  readonly budget: RecipientBudget
  readonly bridge: Bridge
  /** Of all nodes that there are, of one asker one at a time. */
  readonly listings: Turns
  readonly modules: Registry<NodeIq>
  /** Another instance wrote in Postgres that this one is shut out: it must start again as another instance. */
  readonly onFenced: () => void
}
