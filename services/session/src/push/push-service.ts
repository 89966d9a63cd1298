import { type Jid, parseJid } from '@heliograph/jid'
import { NS, readForm, type StanzaCondition } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** A node of an app server that a user's client has asked to be notified (XEP-0357 §5). */
export interface PushService {
  readonly jid: Jid
  /** '' for none. */
  readonly node: string
  /** Fields of the publish-options that go with each notification. */
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
}

const NODE_LENGTH = 1024
const OPTIONS_MAX = 16
const OPTIONS_LENGTH = 4096

/** What `<enable/>` asks for, or the condition of the error that it deserves. */
export function readEnable(enable: Element): PushService | StanzaCondition {
  const address = readAddress(enable)
  if (typeof address === 'string') return address
  const options = readOptions(enable)
  return typeof options === 'string' ? options : { jid: address.jid, node: address.node ?? '', options }
}

/** The service, and perhaps the node, of `<enable/>` or `<disable/>`. */
export function readAddress({
  attrs,
}: Element): { readonly jid: Jid; readonly node: string | undefined } | StanzaCondition {
  const { jid: text, node } = attrs
  // §5: MUST.
  if (text === undefined || text === '') return 'bad-request'
  const jid = parseJid(text)
  if (jid === undefined) return 'jid-malformed'
  return node !== undefined && node.length > NODE_LENGTH ? 'not-acceptable' : { jid, node }
}

function readOptions(enable: Element): PushService['options'] | StanzaCondition {
  const x = enable.getChild('x', NS.dataForms) as Element | undefined
  if (x === undefined) return []
  const form = readForm(x)
  if (form?.type !== 'submit' || form.formType !== NS.pubsubPublishOptions) return 'bad-request'
  if (form.fields.some((field) => !field.var)) return 'bad-request'
  const options = form.fields.map((field) => ({ name: field.var!, values: field.values ?? [] }))
  return options.length > OPTIONS_MAX || JSON.stringify(options).length > OPTIONS_LENGTH ? 'not-acceptable' : options
}
