import { checkForm, type Form, type FormField, NS, parseTimestamp } from '@heliograph/stanza'
import type { NodeType } from './node-config.ts'

/** What a subscriber wants of his subscription (XEP-0060 §6.3, §16.4.2; XEP-0248 §6.1). */
export interface SubscribeOptions {
  /** Whether he is told at all. */
  readonly deliver: boolean
  /** When it ends (milliseconds since 1970); undefined: it doesn't. */
  readonly expire: number | undefined
  /** To a collection: whether he is told of what is published at the nodes in it, of what becomes of these themselves, or of both. */
  readonly toldOf: 'items' | 'nodes' | 'all'
  /** To a collection: how far down. Those in it are 1 down; undefined: all. */
  readonly depth: number | undefined
}

export const DEFAULT_OPTIONS: SubscribeOptions = Object.freeze({
  deliver: true,
  expire: undefined,
  toldOf: 'nodes',
  depth: 1,
})

const ALL = 'all'

export function optionsForm(options: SubscribeOptions, nodeType: NodeType): Form {
  const { deliver, expire } = options
  const fields: FormField[] = [
    { var: 'pubsub#deliver', type: 'boolean', label: 'Tell me of what is published', values: [deliver ? '1' : '0'] },
    {
      var: 'pubsub#expire',
      type: 'text-single',
      label: 'When the subscription ends',
      rule: { datatype: 'xs:dateTime' },
      values: expire === undefined ? [] : [new Date(expire).toISOString()],
    },
  ]
  const more = nodeType === 'collection' ? collectionFields(options) : []
  return { type: 'form', formType: NS.pubsubSubscribeOptions, fields: [...fields, ...more] }
}

function collectionFields({ toldOf, depth }: SubscribeOptions): FormField[] {
  return [
    {
      var: 'pubsub#subscription_type',
      type: 'list-single',
      label: 'Tell me of',
      values: [toldOf],
      options: [
        { value: 'items', label: 'What is published' },
        { value: 'nodes', label: 'What becomes of nodes' },
        { value: ALL, label: 'Both' },
      ],
    },
    {
      var: 'pubsub#subscription_depth',
      type: 'text-single',
      label: 'How far down, or all',
      values: [depth === undefined ? ALL : String(depth)],
    },
  ]
}

export type ReadOptions = { readonly options: SubscribeOptions } | { readonly problem: string }

/** A submitted form put over the present options. */
export function readOptions(
  submitted: Form,
  { present, nodeType, now = Date.now() }: { present: SubscribeOptions; nodeType: NodeType; now?: number },
): ReadOptions {
  const offered = optionsForm(present, nodeType)
  const checked = checkForm(submitted, { formType: NS.pubsubSubscribeOptions, fields: offered.fields })
  if ('problem' in checked) return checked
  const { values } = checked
  const deliver = values.boolean('pubsub#deliver') ?? present.deliver
  const expiry = values.list('pubsub#expire')
  const expire = expiry ? parseTimestamp(expiry[0] ?? '') : present.expire
  if (expiry && expire !== undefined && expire <= now) return { problem: 'pubsub#expire is over' }
  const toldOf = (values.list('pubsub#subscription_type')?.[0] ?? present.toldOf) as SubscribeOptions['toldOf']
  const depth = values.list('pubsub#subscription_depth')?.[0]
  if (depth !== undefined && depth !== ALL && !/^\d{1,9}$/.test(depth))
    return { problem: 'pubsub#subscription_depth is neither all nor a number' }
  return { options: { deliver, expire, toldOf, depth: depth === undefined ? present.depth : depthOf(depth) } }
}

function depthOf(text: string): number | undefined {
  return text === ALL ? undefined : Number(text)
}
