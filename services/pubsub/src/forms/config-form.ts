import { type ConfigField, checkForm, type Form, type FormField, NS } from '@heliograph/stanza'
import type { NodeConfig, NodeType } from './node-config.ts'
import { NODE_FIELDS, OF_ACCOUNTS, OF_COLLECTIONS, OF_LEAVES, OF_SERVICES } from './node-fields.ts'

type Key = keyof NodeConfig

const KEYS = Object.keys(NODE_FIELDS) as readonly Key[]
const fieldOf = (key: Key) => NODE_FIELDS[key] as ConfigField<NodeConfig[Key]>

/** Which sort of address has a node: a service of ours, or an account. */
export type Home = 'service' | 'account'

/** The options that a node of that type has there. */
function keysOf(home: Home, nodeType: NodeType): readonly Key[] {
  const foreign = nodeType === 'leaf' ? OF_COLLECTIONS : OF_LEAVES
  return KEYS.filter((key) => !foreign.has(key) && (home === 'account' || OF_ACCOUNTS[key]?.length !== 0))
}
const PREFIX = 'pubsub#'

/** What a node is like whose creator said nothing. */
export const DEFAULT_CONFIG: NodeConfig = Object.freeze(
  Object.fromEntries(KEYS.map((key) => [key, NODE_FIELDS[key].fallback])),
) as unknown as NodeConfig

/** The same of an account's node (XEP-0163 §5). */
export const ACCOUNT_CONFIG: NodeConfig = Object.freeze({
  ...DEFAULT_CONFIG,
  accessModel: 'presence',
  sendLastItem: 'on_sub_and_presence',
  maxItems: 1,
})

export function defaultsOf(home: Home): NodeConfig {
  return home === 'account' ? ACCOUNT_CONFIG : DEFAULT_CONFIG
}

/** The configuration form, with present values (XEP-0060 §8.2.2). */
export function configForm(config: NodeConfig, home: Home = 'service', more: readonly FormField[] = []): Form {
  return { type: 'form', formType: NS.pubsubNodeConfig, fields: [...configFields(config, home), ...more] }
}

/** What subscribers are told of it (§8.2.5): not who is on a list. */
export function configResult(config: NodeConfig, home: Home): Form {
  const fields = configFields(config, home).filter((field) => field.var !== NODE_FIELDS.childrenWhitelist.var)
  return { type: 'result', formType: NS.pubsubNodeConfig, fields }
}

function configFields(config: NodeConfig, home: Home): FormField[] {
  return keysOf(home, config.nodeType).map((key) => {
    const { var: name, type, label, rule, write, options } = fieldOf(key)
    const others = (home === 'service' ? OF_ACCOUNTS : OF_SERVICES)[key]
    const offered = others ? options?.filter(({ value }) => !others.includes(value)) : options
    return { var: name, type, label, rule, values: write(config[key]), options: offered }
  })
}

export type ReadConfig = { readonly config: NodeConfig } | { readonly problem: string }

/** Which type of node a submitted form asks for; undefined: it doesn't say. */
export function nodeTypeAsked({ fields }: Form): NodeType | undefined {
  const [asked] = fields.find((field) => field.var === NODE_FIELDS.nodeType.var)?.values ?? []
  return asked === 'leaf' || asked === 'collection' ? asked : undefined
}

/**
 * A submitted form put over the present configuration: what it leaves out stays (XEP-0004 §3.5). Options that no node of that type has here
 * are ignored. A problem is answered with `not-acceptable`.
 */
export function readConfig(submitted: Form, present: NodeConfig, home: Home = 'service'): ReadConfig {
  const nodeType = nodeTypeAsked(submitted) ?? present.nodeType
  // Without a FORM_TYPE it can be meant for nothing else.
  const form = { ...submitted, formType: submitted.formType ?? NS.pubsubNodeConfig }
  const fields = configFields({ ...present, nodeType }, home)
  const checked = checkForm(form, { formType: NS.pubsubNodeConfig, fields })
  if ('problem' in checked) return checked
  const config: Record<string, unknown> = { ...present }
  // XEP-0248 §4.1
  if (nodeType === 'collection') config.persistItems = false
  for (const key of keysOf(home, nodeType)) {
    const field = fieldOf(key)
    const given = checked.values.list(field.var)
    if (given === undefined) continue
    const read = field.read(given)
    if ('problem' in read) return { problem: `${field.var} ${read.problem}` }
    config[key] = read.value
  }
  return { config: config as unknown as NodeConfig }
}

/**
 * The first of the publish-options that a node doesn't meet (XEP-0060 §7.1.5); undefined when it meets all. An option that no node has
 * isn't met.
 */
export function unmetOption(options: Form, config: NodeConfig): string | undefined {
  for (const { var: name = '', values = [] } of options.fields) {
    const key = KEYS.find((each) => NODE_FIELDS[each].var === name)
    if (key === undefined) return name
    const field = fieldOf(key)
    const given = field.read(field.type === 'boolean' ? values.map(plainBoolean) : values)
    if ('problem' in given || field.write(given.value).join('\n') !== field.write(config[key]).join('\n')) return name
  }
  return undefined
}

/** Publish-options as the configuration of a node that is made by publishing. */
export function optionsAsConfig(options: Form, home: Home = 'service'): ReadConfig {
  const unknown = options.fields.find(
    ({ var: name = '' }) => !keysOf(home, 'leaf').some((key) => NODE_FIELDS[key].var === name),
  )
  if (unknown) return { problem: `${unknown.var} is no option of a node here` }
  return readConfig({ ...options, formType: NS.pubsubNodeConfig }, defaultsOf(home), home)
}

function plainBoolean(value: string): string {
  return value === 'true' ? '1' : value === 'false' ? '0' : value
}

/** A configuration as JSON, with every property: a changed default leaves nodes as they were set up. */
export function storedConfig(config: NodeConfig): Record<string, unknown> {
  return Object.fromEntries(KEYS.map((key) => [key, config[key] ?? null]))
}

/** A configuration that was stored, maybe by a neighbouring version: what that didn't know is as usual, what we don't know is left out. */
export function configOfStored(stored: Readonly<Record<string, unknown>>): NodeConfig {
  const known = Object.entries(stored).filter(([key]) => Object.hasOwn(NODE_FIELDS, key))
  return { ...DEFAULT_CONFIG, ...Object.fromEntries(known.map(([key, value]) => [key, value ?? undefined])) }
}

/** What disco tells of a node beyond its configuration. */
export interface NodeState {
  readonly creator: string
  /** Milliseconds since 1970. */
  readonly created: number
  readonly owners: readonly string[]
  readonly publishers: readonly string[]
  /** Undefined where there are too many to count. */
  readonly subscribers: number | undefined
}

/** XEP-0060 §5.4 */
export function metaData(config: NodeConfig, state: NodeState): Form {
  const said = (
    ['title', 'description', 'type', 'language', 'contacts', 'accessModel', 'publishModel', 'maxItems'] as const
  )
    .filter((key) => config.nodeType === 'leaf' || !OF_LEAVES.has(key))
    .map((key) => {
      const { var: name, type, label, write } = fieldOf(key)
      return { var: name, type, label, values: write(config[key]) }
    })
  const more: FormField[] = [
    { var: `${PREFIX}creator`, type: 'jid-single', label: 'Who made it', values: [state.creator] },
    {
      var: `${PREFIX}creation_date`,
      type: 'text-single',
      label: 'When it was made',
      values: [new Date(state.created).toISOString()],
    },
    { var: `${PREFIX}owner`, type: 'jid-multi', label: 'Owners', values: state.owners },
    { var: `${PREFIX}publisher`, type: 'jid-multi', label: 'Publishers', values: state.publishers },
    {
      var: `${PREFIX}num_subscribers`,
      type: 'text-single',
      label: 'Subscribers',
      values: state.subscribers === undefined ? [] : [String(state.subscribers)],
    },
  ]
  const fields = [...said, ...more].filter(({ values = [] }) => values.length > 0)
  return { type: 'result', formType: NS.pubsubMetaData, fields }
}
