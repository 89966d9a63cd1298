import type { BareJid, Jid } from '@heliograph/jid'
import { el, type FormField, formElement, iqSet, NS, type Stanza } from '@heliograph/stanza'
import type { PushService } from './push-service.ts'

const BODY_LENGTH = 1024

/** What a notification says beyond that there is something. */
export interface Summary {
  readonly count: number
  readonly sender?: Jid | undefined
  readonly body?: string | undefined
}

/** XEP-0357 §7. In the name of the account, to which the app server gives the right to publish, and which has the answer. */
export function notification(id: string, from: BareJid, service: PushService, summary: Summary): Stanza {
  const { jid, node, options } = service
  const publish = el('publish', { node: node === '' ? undefined : node }, el('item', null, summaryElement(summary)))
  return iqSet(
    { id, from, to: jid },
    el('pubsub', { xmlns: NS.pubsub }, publish, options.length > 0 && optionsElement(options)),
  )
}

function summaryElement({ count, sender, body }: Summary) {
  const fields: FormField[] = [{ var: 'message-count', values: [String(count)] }]
  if (sender !== undefined) fields.push({ var: 'last-message-sender', values: [sender] })
  if (body !== undefined) fields.push({ var: 'last-message-body', values: [body.slice(0, BODY_LENGTH)] })
  return el('notification', { xmlns: NS.push }, formElement({ type: 'submit', formType: NS.pushSummary, fields }))
}

function optionsElement(options: PushService['options']) {
  const fields = options.map(({ name, values }) => ({ var: name, values }))
  return el('publish-options', null, formElement({ type: 'submit', formType: NS.pubsubPublishOptions, fields }))
}
