import { hashOf, type ListChange } from '@heliograph/block-lists'
import { NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** What a notification says that happened to a node (XEP-0060 §7); undefined where it is about another, or is none. */
export function readNews(message: Stanza, node: string): readonly ListChange[] | undefined {
  const said = message.child('event', NS.pubsubEvent)?.getChildElements()[0] as Element | undefined
  if (said?.attrs.node !== node) return undefined
  if (said.name === 'purge' || said.name === 'delete') return [{ kind: 'cleared' }]
  if (said.name !== 'items') return []
  return (said.getChildElements() as Element[]).flatMap((child): ListChange[] => {
    const hash = hashOf(child.attrs.id ?? '')
    if (hash === undefined || (child.name !== 'item' && child.name !== 'retract')) return []
    return [{ kind: child.name === 'item' ? 'listed' : 'unlisted', hashes: [hash] }]
  })
}
