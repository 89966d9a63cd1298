import { NS, readForm } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { OutboundMessage } from '../pipeline/outbound-message.ts'
import { bringToNodes } from './bring-to-nodes.ts'

const FORM = `{${NS.dataForms}}x`

/** XEP-0060 §8.6: the account decides on a subscription to a node of its own. Undefined: the node's owner has the message. */
export function decideSubscription(context: SessionContext, message: OutboundMessage): OutboundMessage | undefined {
  const { user, stanza, provenance, obligation } = message
  if (stanza.to !== user.jid || !stanza.has(FORM)) return message
  const form = readForm(stanza.child('x', NS.dataForms)!)
  if (form?.type !== 'submit' || form.formType !== NS.pubsubSubscribeAuthorization) return message
  bringToNodes(context, { user, stanza, provenance, custody: obligation })
  return undefined
}
