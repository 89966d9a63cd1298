import { randomUUID } from 'node:crypto'
import type { OutgoingEvent } from '@heliograph/events'
import type { BareJid } from '@heliograph/jid'
import type { Node } from '../node/node.ts'
import type { NewItem } from '../store/stored.ts'

/** What happened at a node; the form in which others are told is in docs/events.md. */
export interface Occurrence {
  readonly type: 'published' | 'retracted' | 'purged' | 'deleted'
  readonly by: BareJid
  /** Each is an event of its own; none of a purge or a deletion. */
  readonly items?: readonly (Pick<NewItem, 'id'> & Partial<Pick<NewItem, 'payload'>>)[]
}

/** The events of what happened, one for each delivery and item. */
export function eventsOf(
  node: Pick<Node, 'service' | 'name' | 'partition'>,
  deliveries: readonly string[],
  { type, by, items = [] }: Occurrence,
): OutgoingEvent[] {
  if (deliveries.length === 0) return []
  const about = { type, service: node.service, node: node.name, at: new Date().toISOString(), publisher: by }
  const told = items.length === 0 ? [about] : items.map((item) => ({ ...about, ...itemOf(item) }))
  return told.flatMap((each) =>
    deliveries.map((delivery) => ({
      delivery,
      partition: node.partition,
      body: JSON.stringify({ id: randomUUID(), ...each }),
    })),
  )
}

function itemOf({ id, payload }: NonNullable<Occurrence['items']>[number]): object {
  return { item: id, ...(payload !== undefined && payload.length > 0 && { payload: payload.toString() }) }
}
