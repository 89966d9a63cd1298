import { checkForm, type Form, type FormField, NS, parseTimestamp } from '@heliograph/stanza'

/** What a subscriber wants of his subscription (XEP-0060 §6.3, §16.4.2). */
export interface SubscribeOptions {
  /** Whether he is told at all. */
  readonly deliver: boolean
  /** When it ends (milliseconds since 1970); undefined: it doesn't. */
  readonly expire: number | undefined
}

export const DEFAULT_OPTIONS: SubscribeOptions = Object.freeze({ deliver: true, expire: undefined })

export function optionsForm({ deliver, expire }: SubscribeOptions): Form {
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
  return { type: 'form', formType: NS.pubsubSubscribeOptions, fields }
}

export type ReadOptions = { readonly options: SubscribeOptions } | { readonly problem: string }

/** A submitted form put over the present options. */
export function readOptions(submitted: Form, present: SubscribeOptions, now = Date.now()): ReadOptions {
  const offered = optionsForm(present)
  const checked = checkForm(submitted, { formType: NS.pubsubSubscribeOptions, fields: offered.fields })
  if ('problem' in checked) return checked
  const deliver = checked.values.boolean('pubsub#deliver') ?? present.deliver
  const given = checked.values.list('pubsub#expire')
  if (given === undefined) return { options: { ...present, deliver } }
  const expire = given[0] === undefined ? undefined : parseTimestamp(given[0])
  if (expire !== undefined && expire <= now) return { problem: 'pubsub#expire is over' }
  return { options: { deliver, expire } }
}
