import type { RetentionPolicy } from '@heliograph/archive'
import { type BlockListName, listNamed } from '@heliograph/block-lists'
import { type HeliographConfig, type Rates, ratesOf } from '@heliograph/config'
import { type BareJid, type Domain, ensureBare, ensureDomain } from '@heliograph/jid'
import type { Question } from '@heliograph/questions'
import { OperatorError } from '@heliograph/telemetry'
import type { LockoutLimits } from './accounts/lockout.ts'
import type { PasswordPolicy } from './accounts/password-rules.ts'
import { RESERVED_NAMES, type RegistrationPolicy } from './accounts/registration.ts'

export type DomainPolicy = Pick<
  HeliographConfig['domains'][number],
  'contacts' | 'strangers' | 'anonymous' | 'maxAccounts'
>
export type StrangerPolicy = NonNullable<DomainPolicy['strangers']>

/** Who is asked in the server's place, and of which requests of a namespace. */
export interface Delegation {
  readonly component: Domain
  /** Only requests whose payload has all of them. */
  readonly attributes: readonly string[]
}

/** What the session service reads of the configuration. */
export interface SessionConfig {
  readonly accounts: readonly { readonly jid: BareJid; readonly password: string }[]
  /** Who may administer the service by commands. */
  readonly admins: readonly BareJid[]
  /** Who may do so for users of one domain. */
  readonly domainAdmins: ReadonlyMap<Domain, readonly BareJid[]>
  /** Who gets reports of spam and abuse (XEP-0377). */
  readonly reportsTo: readonly BareJid[]
  readonly userSearch: HeliographConfig['userSearch']
  readonly policies: ReadonlyMap<Domain, DomainPolicy>
  /** Some domain filters what strangers send, or block lists are asked about them. */
  readonly filtersStrangers: boolean
  readonly blockLists: readonly BlockListName[]
  readonly registration: RegistrationPolicy & {
    readonly questions: readonly Question[]
    readonly keepRemovedDays: number
  }
  readonly invites: HeliographConfig['invites']
  /** Of each domain where there are any. */
  readonly rates: ReadonlyMap<Domain, Rates>
  readonly passwords: PasswordPolicy
  readonly lockout: LockoutLimits
  readonly iterations: number
  readonly bearer: HeliographConfig['authentication']['bearer']
  readonly maxResources: number
  readonly resourceConflict: 'replace' | 'refuse' | 'reassign'
  readonly resumeSeconds: number
  readonly maxUnacked: { readonly stanzas: number; readonly bytes: number }
  readonly archive: {
    readonly enabled: boolean
    readonly queueBytes: number
    readonly degradeAfterMs: number
    readonly pageMax: number
    readonly search: boolean
    readonly retention: RetentionPolicy
  }
  readonly push: HeliographConfig['push']
  /** What components may do with everybody's roster (XEP-0356). */
  readonly rosterPrivileges: ReadonlyMap<Domain, 'get' | 'set' | 'both'>
  /** Components that answer in the server's and accounts' place, by namespace (XEP-0355). */
  readonly delegations: ReadonlyMap<string, Delegation>
  readonly externalServices: HeliographConfig['externalServices']
  readonly uploads: HeliographConfig['uploads']
  readonly multicast: HeliographConfig['multicast']
  readonly offlineLimit: number
  /** Envelopes of other services that wait for one user before further ones are refused. */
  readonly mailboxBound: number
  /** A user without sessions leaves memory after this; and at once, the one used least lately, where there are more than so many. */
  readonly idleUserMs: number
  readonly idleUsers: number
  /** What the clients of an instance may leave unacknowledged together. */
  readonly unackedBytes: number
  /** How long a taken-over session waits for its edge's announcement. */
  readonly announceWithinMs: number
  /** Sessions of a departed edge that are handled before others get a turn. */
  readonly departurePace: number
}

function retentionOf({ archive, domains }: HeliographConfig): RetentionPolicy {
  // The archives of its rooms are purged with those of its users.
  const byDomain = domains.flatMap(({ name, retentionDays }) =>
    retentionDays === undefined
      ? []
      : [name, `conference.${name}`].map((owners) => [owners as Domain, retentionDays] as const),
  )
  return { days: archive.retentionDays, byDomain: new Map(byDomain) }
}

function ratesByDomain(config: HeliographConfig): ReadonlyMap<Domain, Rates> {
  const byDomain = config.domains.map(({ name }) => [name as Domain, ratesOf(config, name)] as const)
  return new Map(byDomain.filter(([, { stanzasPerSecond, bytesPerSecond }]) => stanzasPerSecond + bytesPerSecond > 0))
}

function rosterPrivilegesOf({ components }: HeliographConfig): SessionConfig['rosterPrivileges'] {
  const granted = components.flatMap(({ domains, privileges: { roster } }) =>
    roster === 'none' ? [] : domains.map((domain) => [ensureDomain(domain), roster] as const),
  )
  return new Map(granted)
}

function delegationsOf({ components }: HeliographConfig): SessionConfig['delegations'] {
  const given = components.flatMap(({ domains, delegations }) =>
    delegations.map(
      ({ namespace, attributes }) => [namespace, { component: ensureDomain(domains[0]!), attributes }] as const,
    ),
  )
  return new Map(given)
}

export function sessionConfig(config: HeliographConfig): SessionConfig {
  return {
    accounts: config.accounts.map(({ jid, password }, at) => ({ jid: bareJid(jid, `accounts.${at}.jid`), password })),
    admins: config.admins.map((jid, at) => bareJid(jid, `admins.${at}`)),
    domainAdmins: new Map(
      config.domains.map(({ name, admins = [] }, at) => [
        name as Domain,
        admins.map((jid, admin) => bareJid(jid, `domains.${at}.admins.${admin}`)),
      ]),
    ),
    reportsTo: config.reportsTo.map((jid, at) => bareJid(jid, `reportsTo.${at}`)),
    userSearch: config.userSearch,
    policies: new Map(config.domains.map((domain) => [domain.name as Domain, domain])),
    filtersStrangers: config.blockLists.length > 0 || config.domains.some(({ strangers }) => strangers !== undefined),
    blockLists: config.blockLists.map(listNamed),
    registration: {
      open: config.registration.open,
      throttle: config.registration,
      similarNames: config.registration.similarNames,
      reserved: RESERVED_NAMES,
      questions: config.registration.questions,
      keepRemovedDays: config.registration.keepRemovedDays,
      changePassword: true,
      remove: true,
    },
    invites: config.invites,
    rates: ratesByDomain(config),
    passwords: config.passwords,
    lockout: config.authentication.lockout,
    iterations: config.authentication.iterations,
    bearer: config.authentication.bearer,
    maxResources: config.sessions.maxResources,
    resourceConflict: config.sessions.resourceConflict,
    resumeSeconds: config.streamManagement.resumeSeconds,
    maxUnacked: {
      stanzas: config.streamManagement.maxUnackedStanzas,
      bytes: config.streamManagement.maxUnackedBytes,
    },
    archive: { ...config.archive, retention: retentionOf(config) },
    push: config.push,
    rosterPrivileges: rosterPrivilegesOf(config),
    delegations: delegationsOf(config),
    externalServices: config.externalServices,
    uploads: config.uploads,
    multicast: config.multicast,
    offlineLimit: config.sessions.offlineLimit,
    mailboxBound: 10_000,
    idleUserMs: 60_000,
    idleUsers: 50_000,
    unackedBytes: 536_870_912,
    announceWithinMs: 10_000,
    departurePace: 200,
  }
}

function bareJid(jid: string, option: string): BareJid {
  try {
    return ensureBare(jid)
  } catch (error) {
    throw new OperatorError(`${option}: ${(error as Error).message}`, { cause: error })
  }
}
