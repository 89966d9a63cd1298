import { trusted } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import type { OutboundMessage } from '../pipeline/outbound-message.ts'
import { PRIVATE, publishOwn } from './own-nodes.ts'

const DISPLAYED = `{${NS.displayed}}displayed`

/**
 * XEP-0490 §3.3: a message that says by the way how far its sender has read: that becomes an item of the account's own, and nobody else sees
 * it. In custody when it is stored, or can't be.
 */
export function publishDisplayed(context: SessionContext, message: OutboundMessage): OutboundMessage {
  const { user, stanza, obligation } = message
  if (!stanza.has(DISPLAYED)) return message
  const payload = stanza.child('displayed', NS.displayed)!
  const stripped = stanza.without((child: Element) => child.is('displayed', NS.displayed))
  if (!user.anonymous) {
    obligation.hold()
    const item = { node: NS.displayed, id: trusted(stanza.to!), payload, options: PRIVATE }
    publishOwn(context, user, item)
      .then((isDone) => {
        if (!isDone) context.log.info('displayed_not_published', { jid: user.jid })
      })
      .catch((error: unknown) => context.log.warn('displayed_not_published', { jid: user.jid, error }))
      .finally(() => obligation.release())
  }
  return { ...message, stanza: stripped }
}
