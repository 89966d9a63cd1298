import { type Jid, parseJid } from '@heliograph/jid'
import { type Form, NS } from '@heliograph/stanza'

const FORM_TYPE = NS.pubsubSubscribeAuthorization

/** A subscription that waits for an owner. */
export interface Request {
  readonly node: string
  readonly jid: Jid
  readonly subid: string
}

/** What an owner is asked (XEP-0060 §8.6). */
export function authorizationForm({ node, jid, subid }: Request): Form {
  return {
    type: 'form',
    formType: FORM_TYPE,
    title: 'Subscription request',
    instructions: ['Somebody wants to subscribe to a node of yours.'],
    fields: [
      { var: 'pubsub#subid', type: 'hidden', values: [subid] },
      { var: 'pubsub#node', type: 'text-single', label: 'Node', values: [node] },
      { var: 'pubsub#subscriber_jid', type: 'jid-single', label: 'Address', values: [jid] },
      { var: 'pubsub#allow', type: 'boolean', label: 'Let them subscribe?', values: ['0'] },
    ],
  }
}

export interface Verdict {
  readonly node: string
  readonly jid: Jid
  readonly subid: string | undefined
  readonly allow: boolean
}

/** The answer of an owner; undefined when it is none, or he hasn't decided (`cancel`). */
export function readAuthorization(form: Form | undefined): Verdict | undefined {
  if (form?.type !== 'submit' || form.formType !== FORM_TYPE) return undefined
  const value = (name: string) => form.fields.find((field) => field.var === `pubsub#${name}`)?.values?.[0]
  const node = value('node')
  const jid = parseJid(value('subscriber_jid') ?? '')
  const allow = value('allow')
  if (node === undefined || jid === undefined || allow === undefined) return undefined
  return { node, jid, subid: value('subid'), allow: allow === '1' || allow === 'true' }
}
