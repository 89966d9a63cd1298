import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import { type ConfigField, choice, flag, text } from '@heliograph/stanza'
import type { NodeConfig } from './node-config.ts'

/** More items than these no node keeps, whatever its configuration says. */
export const ITEMS_MAX = 10_000
/** A larger payload fits no node. */
export const PAYLOAD_MAX = 60_000
/** More nodes are in no collection. */
export const CHILDREN_MAX = 1_000
const CONTACTS_MAX = 20
const LISTED_MAX = 500
const GROUPS_MAX = 100
const GROUP_LENGTH = 1_000
const EXPIRE_MAX = 315_360_000

/** Every option of a node, in the order of the form. */
export const NODE_FIELDS: { readonly [Key in keyof NodeConfig]: ConfigField<NodeConfig[Key]> } = {
  nodeType: choice<NodeConfig['nodeType']>(
    'pubsub#node_type',
    'What is in it',
    { leaf: 'Items', collection: 'Other nodes' },
    { fallback: 'leaf' },
  ),
  title: text('pubsub#title', 'Name of the node', 200),
  description: text('pubsub#description', 'Description', 2_000),
  type: text('pubsub#type', 'What its items are, usually a namespace', 1_000),
  language: { ...text('pubsub#language', 'Language of the items', 35), rule: { datatype: 'xs:language' } },
  contacts: {
    var: 'pubsub#contact',
    label: 'Addresses of contacts',
    type: 'jid-multi',
    fallback: [],
    write: (value) => value,
    read: (values) => readAddresses(values, CONTACTS_MAX),
  },
  accessModel: choice<NodeConfig['accessModel']>(
    'pubsub#access_model',
    'Who may subscribe and read',
    {
      open: 'Anyone',
      presence: 'Those who see my presence',
      roster: 'Contacts in some groups',
      authorize: 'Whom an owner has agreed to',
      whitelist: 'Those on the list',
    },
    { fallback: 'open' },
  ),
  rosterGroups: {
    var: 'pubsub#roster_groups_allowed',
    label: 'Groups of contacts who may, where only some may',
    type: 'list-multi',
    rule: { datatype: 'xs:string', open: true },
    fallback: [],
    write: (value) => value,
    read: readGroups,
  },
  publishModel: choice<NodeConfig['publishModel']>(
    'pubsub#publish_model',
    'Who may publish',
    { publishers: 'Publishers', subscribers: 'Subscribers, too', open: 'Anyone' },
    { fallback: 'publishers' },
  ),
  subscribe: flag('pubsub#subscribe', 'Let in new subscriptions', true),
  persistItems: flag('pubsub#persist_items', 'Keep items', true),
  maxItems: limit('pubsub#max_items', 'Items kept at most', { fallback: 100, least: 1, most: ITEMS_MAX }),
  itemExpire: limit('pubsub#item_expire', 'Seconds for which an item is kept', {
    fallback: undefined,
    least: 1,
    most: EXPIRE_MAX,
  }),
  maxPayloadSize: {
    var: 'pubsub#max_payload_size',
    label: 'Bytes of a payload at most',
    type: 'text-single',
    rule: { datatype: 'xs:integer', min: '1', max: String(PAYLOAD_MAX) },
    fallback: PAYLOAD_MAX,
    write: (value) => [String(value)],
    read: ([value]) => (value === undefined ? { problem: 'needs a number' } : { value: Number(value) }),
  },
  deliverNotifications: flag('pubsub#deliver_notifications', 'Tell subscribers of what is published', true),
  deliverPayloads: flag('pubsub#deliver_payloads', 'Send payloads along', true),
  notificationType: choice<NodeConfig['notificationType']>(
    'pubsub#notification_type',
    'Type of the messages that tell subscribers',
    { headline: 'Headline', normal: 'Normal' },
    { fallback: 'headline' },
  ),
  notifyConfig: flag('pubsub#notify_config', 'Tell subscribers of a changed configuration', false),
  notifyDelete: flag('pubsub#notify_delete', 'Tell subscribers that the node was deleted', true),
  notifyRetract: flag('pubsub#notify_retract', 'Tell subscribers that items were removed', true),
  sendLastItem: choice<NodeConfig['sendLastItem']>(
    'pubsub#send_last_published_item',
    'When the last item is sent',
    {
      never: 'Never',
      on_sub: 'To a new subscriber',
      on_sub_and_presence: 'To a new subscriber, and to whoever comes online',
    },
    { fallback: 'on_sub' },
  ),
  childrenPolicy: choice<NodeConfig['childrenPolicy']>(
    'pubsub#children_association_policy',
    'Who may put nodes of theirs into it',
    { owners: 'Its owners', whitelist: 'Those on the list, too', all: 'Anyone' },
    { fallback: 'owners' },
  ),
  childrenWhitelist: {
    var: 'pubsub#children_association_whitelist',
    label: 'Who may put nodes of theirs into it, where only some may',
    type: 'jid-multi',
    fallback: [],
    write: (value) => value,
    read: (values) => readAddresses(values, LISTED_MAX),
  },
  childrenMax: limit('pubsub#children_max', 'Nodes in it at most', {
    fallback: undefined,
    least: 1,
    most: CHILDREN_MAX,
  }),
}

/** What a node that has other nodes has no use for: how items are published and told is said by the node that has them (XEP-0248 §5.3.1). */
export const OF_LEAVES: ReadonlySet<keyof NodeConfig> = new Set<keyof NodeConfig>([
  'type',
  'language',
  'publishModel',
  'persistItems',
  'maxItems',
  'itemExpire',
  'maxPayloadSize',
  'deliverNotifications',
  'deliverPayloads',
  'notifyRetract',
  'sendLastItem',
])

/** What is nothing to a node without others in it. */
export const OF_COLLECTIONS: ReadonlySet<keyof NodeConfig> = new Set<keyof NodeConfig>([
  'childrenPolicy',
  'childrenWhitelist',
  'childrenMax',
])

/** What can't be chosen at the nodes of an account. */
export const OF_SERVICES: { readonly [Key in keyof NodeConfig]?: readonly string[] } = { nodeType: ['collection'] }

/** What can't be chosen at the nodes of a service, which knows nobody's contacts. */
export const OF_ACCOUNTS: { readonly [Key in keyof NodeConfig]?: readonly string[] } = {
  accessModel: ['presence', 'roster'],
  sendLastItem: ['on_sub_and_presence'],
  rosterGroups: [],
}

/** A number, or `max`: whatever the service has (§8.1.3). */
function limit(
  name: string,
  label: string,
  { fallback, least, most }: { readonly fallback: number | undefined; readonly least: number; readonly most: number },
): ConfigField<number | undefined> {
  return {
    var: name,
    label,
    type: 'text-single',
    fallback,
    write: (value) => [value === undefined ? 'max' : String(value)],
    read: ([value]) => {
      if (value === 'max') return { value: undefined }
      const given = value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : 0
      const isGood = given >= least && given <= most
      return isGood ? { value: given } : { problem: `is neither max nor a number from ${least} to ${most}` }
    },
  }
}

function readGroups(values: readonly string[]): ReturnType<ConfigField<readonly string[]>['read']> {
  const isFit =
    values.length <= GROUPS_MAX && values.every((value) => value.length <= GROUP_LENGTH && !value.includes('\0'))
  return isFit ? { value: [...new Set(values)] } : { problem: 'has too many groups, or too long ones' }
}

function readAddresses(values: readonly string[], most: number): ReturnType<ConfigField<readonly BareJid[]>['read']> {
  // checkForm has made them addresses.
  const addresses = [...new Set(values.map((value) => bareOf(value as Jid)))]
  return addresses.length > most ? { problem: `has more than ${most} addresses` } : { value: addresses }
}
