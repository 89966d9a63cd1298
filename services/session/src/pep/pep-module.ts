import { defineModule, type Outcome, onGet, onSet, refuse } from '@heliograph/module'
import { el, NS, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'

const MDS_ASSIST = 'urn:xmpp:mds:server-assist:0'
const PAYLOADS = [`{${NS.pubsub}}pubsub`, `{${NS.pubsubOwner}}pubsub`]

/** Of XEP-0060 §10, what the nodes of an account do. */
const FEATURES = [
  'access-authorize',
  'access-open',
  'access-presence',
  'access-roster',
  'access-whitelist',
  'auto-create',
  'auto-subscribe',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'filtered-notifications',
  'instant-nodes',
  'item-ids',
  'last-published',
  'leased-subscription',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'owner',
  'persistent-items',
  'presence-subscribe',
  'publish',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-default-sub',
  'retrieve-items',
  'retrieve-subscriptions',
  'subscribe',
  'subscription-notifications',
  'subscription-options',
].map((feature) => `${NS.pubsub}#${feature}`)

/** What people publish of themselves. */
const CARRIED = [
  ['0080', '1.10.0'],
  ['0107', '1.2.2'],
  ['0108', '1.3'],
  ['0118', '1.3.0'],
  ['0172', '1.1'],
] as const

/** XEP-0163: every account has nodes. What is asked of them goes to their owner, one of the pubsub service. */
export const pep = defineModule<IqContext>({
  name: 'pep',
  xeps: [
    { number: '0163', version: '1.2.2' },
    { number: '0222', version: '1.0' },
    { number: '0048', version: '1.2' },
    ...CARRIED.map(([number, version]) => ({
      number,
      version,
      note: 'carried by nodes of accounts; needs nothing else of a server',
    })),
    { number: '0084', version: '1.1.4' },
    { number: '0223', version: '1.1.1' },
    { number: '0292', version: '0.12.0', note: 'those that everybody may see are the account’s vcard-temp, too' },
    { number: '0398', version: '1.0.0', note: 'avatars that everybody may see' },
    { number: '0402', version: '1.2.0' },
    { number: '0411', version: '1.1.0' },
    { number: '0490', version: '1.0.1' },
  ],
  features: {
    account: [
      ...[NS.pubsub, ...FEATURES],
      ...[NS.avatarConversion, NS.bookmarksConversion, `${NS.bookmarks}#compat`, `${NS.bookmarks}#compat-pep`],
      ...[MDS_ASSIST, NS.vcard4],
    ],
  },
  iq: PAYLOADS.flatMap((payload) => [
    onGet<IqContext>('account', payload, askNodes),
    onSet<IqContext>('account', payload, askNodes),
    onGet<IqContext>('nobody', payload, askNodes),
    onSet<IqContext>('nobody', payload, askNodes),
  ]),
})

/** Who may not know of the account may still ask: it may have nodes that are open. */
export function askNodes(_request: Stanza, { user, bringToNodes }: IqContext): Outcome {
  if (user.anonymous) return refuse(stanzaError('service-unavailable'))
  return user.exists ? bringToNodes() : refuse(presenceRequired())
}

/** XEP-0060 §6.5.9.4. To strangers also where there is no such node, and no such account: it mustn't tell who exists (RFC 6120 §13.11). */
function presenceRequired(): StanzaError {
  return stanzaError('not-authorized', {
    application: el('presence-subscription-required', { xmlns: NS.pubsubErrors }),
  })
}
