import type { HeliographConfig } from './heliograph-config.ts'

/** When a changed option holds in a process that has read its configuration again. */
export interface Effect {
  readonly when: 'at once' | 'next connection'
  /** What the page says beside it. */
  readonly note?: string
  /** Whether this change waits for a restart all the same. */
  readonly waits?: (before: unknown, after: unknown) => boolean
}

type Domains = HeliographConfig['domains']

const atOnce: Effect = { when: 'at once' }
const nextConnection: Effect = { when: 'next connection' }
const butTheFirst: Effect = {
  when: 'at once',
  note: 'the first one, and none any more: restart',
  waits: (before, after) => isEmpty(before) !== isEmpty(after),
}

const of = (effect: Effect, ...names: readonly string[]) => names.map((name) => [name, effect] as const)
const within = (section: string, names: string) => names.split(' ').map((name) => `${section}.${name}`)

/** Options, and sections of which it is true of all options. What isn't here is only read at start. */
export const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ...of(atOnce, 'admins', 'reportsTo', 'blockLists', 'registration', 'invites', 'rates', 'passwords', 'sessions'),
  ...of(atOnce, 'push', 'presence', 'drain', 'authentication.lockout', 'streamManagement.requestEvery'),
  ...of(atOnce, ...within('streamManagement', 'maxUnackedStanzas maxUnackedBytes')),
  ...of(atOnce, ...within('limits', 'connections connectionsPerAddress authAttempts idleSeconds pingTimeoutSeconds')),
  ...of(atOnce, 'limits.sendQueueBytes', 'archive.pageMax', 'archive.retentionDays'),
  ...of(atOnce, ...within('uploads', 'maxFileBytes contentTypes slotSeconds retentionDays quotaBytes dayBytes')),
  ...of(atOnce, 'uploads.dayFiles', 'uploads.profile'),
  ...of(
    atOnce,
    ...within('rooms', 'creation perUser maxOccupants shownOccupants maxFollowers occupantRate roomRate fixed'),
  ),
  ...of({ ...atOnce, note: 'rooms made from then on' }, 'rooms.defaults'),
  ...of(atOnce, ...within('federation', 'others authentication minTls inbound outbound peers')),
  ...of(atOnce, ...within('federation', 'connectSeconds takeSeconds idleSeconds')),
  ...of(atOnce, 'adminApi.certificates', 'multicast.addresses', 'multicast.addressesFromServers'),
  ...of(atOnce, 'externalServices.secret', 'externalServices.credentialSeconds', 'web.publicAddresses'),
  ...of(atOnce, 'web.polling.requestsPerMinute', 'web.polling.inactivitySeconds'),
  ...of(atOnce, 'telemetry.logLevel', 'telemetry.traceBodies'),
  ...of(butTheFirst, 'adminApi.tokens', 'rooms.questions', 'externalServices.services'),
  ...of(
    {
      when: 'at once',
      note: '0 instead of more, or more instead of 0: restart',
      waits: (before, after) => (before === 0) !== (after === 0),
    },
    'federation.queueSeconds',
  ),
  ...of(
    {
      when: 'at once',
      note: 'also one that is added at the end; one less, another `certificate` or `anonymous`: restart',
      waits: (before, after) => !isGrown(before as Domains, after as Domains),
    },
    'domains',
  ),
  ...of(nextConnection, 'limits.timeToAuthenticateSeconds', 'streamManagement.resumeSeconds', 'tls.required'),
  ...of(nextConnection, 'authentication.mechanisms', ...within('web.bosh', 'inactivitySeconds pollingSeconds')),
  ...of(nextConnection, 'web.bosh.pauseSeconds', 'federation.streamManagement', 'federation.privateAddresses'),
  ...of(nextConnection, 'federation.bidirectional'),
  ...of(
    { when: 'next connection', note: 'of other servers and components: restart' },
    ...within('limits', 'stanzaBytes stanzaBytesBeforeAuth'),
  ),
])

/** Of an option, by its dotted path; undefined: it is only read at start. */
export function effectOf(path: readonly string[]): Effect | undefined {
  for (let length = path.length; length > 0; length--) {
    const effect = EFFECTS.get(path.slice(0, length).join('.'))
    if (effect !== undefined) return effect
  }
  return undefined
}

function isEmpty(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0
}

/** Whether those that were there still are, with what can't change of them, and what came after them are domains for accounts. */
function isGrown(before: Domains, after: Domains): boolean {
  const lasting = ({ name, certificate, anonymous }: Domains[number]) => JSON.stringify([name, certificate, anonymous])
  return (
    before.every((domain, at) => after[at] !== undefined && lasting(domain) === lasting(after[at])) &&
    after.slice(before.length).every(({ anonymous }) => anonymous === undefined)
  )
}
