/** A specification that a row asks for. */
export interface Provider {
  readonly kind: 'RFC' | 'XEP'
  readonly number: string
  /** The service that has to declare it, where another's declaration is of something else. */
  readonly by?: string
  /** Said after its number, where the number alone would mislead. */
  readonly of?: string
}

/** A row of XEP-0479 that asks something of servers. */
export interface Requirement {
  readonly category: 'Core' | 'Web' | 'IM' | 'Mobile' | 'A/V'
  readonly feature: string
  /** The lower level that asks for it: `server` is part of `advanced`. */
  readonly level: 'server' | 'advanced'
  readonly providers: readonly Provider[]
}

const rfc = (number: string): Provider => ({ kind: 'RFC', number })
const xep = (number: string): Provider => ({ kind: 'XEP', number })
const roomXep = (number: string): Provider => ({ kind: 'XEP', number, by: 'muc' })

const rows =
  (category: Requirement['category'], level: Requirement['level']) =>
  (feature: string, ...providers: Provider[]): Requirement => ({ category, level, feature, providers })

const core = rows('Core', 'server')
const coreAdvanced = rows('Core', 'advanced')
const im = rows('IM', 'server')
const imAdvanced = rows('IM', 'advanced')
const mobile = rows('Mobile', 'server')

/** XEP-0479 (XMPP Compliance Suites 2023) without the rows that are for clients alone, in its order. */
export const complianceSuite: readonly Requirement[] = [
  core('Core features', rfc('6120')),
  core('TLS', rfc('7590')),
  coreAdvanced('Direct TLS', xep('0368')),
  core('Feature discovery', xep('0030')),
  coreAdvanced('Feature broadcasts', xep('0115')),
  core('Server Extensibility', xep('0114')),
  coreAdvanced('Event publishing', xep('0163')),
  rows('Web', 'server')('Web Connection Mechanisms', rfc('7395'), xep('0206')),
  im('Core features', rfc('6121')),
  imAdvanced('User Avatar Compatibility', xep('0398'), xep('0153')),
  im('vcard-temp', xep('0054')),
  im('Outbound Message Synchronization', xep('0280')),
  imAdvanced('User Blocking', xep('0191')),
  im('Group Chat', roomXep('0045'), roomXep('0249')),
  // XEP-0313 here is the archive of a room.
  imAdvanced('Advanced Group Chat', xep('0048'), { ...roomXep('0313'), of: 'rooms' }, xep('0402'), roomXep('0410')),
  imAdvanced('Persistent Storage of Private Data via PubSub', xep('0223')),
  imAdvanced('Private XML Storage', xep('0049')),
  imAdvanced('Stream Management', xep('0198')),
  imAdvanced('History Storage / Retrieval', xep('0313')),
  im('File Upload', xep('0363')),
  mobile('Stream Management', xep('0198')),
  mobile('Client State Indication', xep('0352')),
  rows('Mobile', 'advanced')('Third Party Push Notifications', xep('0357')),
  rows('A/V', 'server')('STUN/TURN server discovery', xep('0215')),
]
