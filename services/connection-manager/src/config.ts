import type { HeliographConfig } from '@heliograph/config'
import type { XmlLimits } from '@heliograph/xml'

/** What of the configuration concerns an edge. */
export interface EdgeConfig
  extends Pick<HeliographConfig, 'domains' | 'proxyProtocol' | 'web' | 'tls' | 'limits' | 'rates' | 'drain'> {
  readonly listen: Pick<HeliographConfig['listen'], 'c2s' | 'c2sTls' | 'http' | 'https'>
  readonly mechanisms: HeliographConfig['authentication']['mechanisms']
  /** Where tokens of an issuer are taken: of whom, and what clients without one are told. */
  readonly bearer: { readonly domain: string; readonly discoveryUrl: string; readonly scope?: string } | undefined
  /** Domains for users without accounts. */
  readonly anonymous: readonly string[]
  readonly registration: HeliographConfig['registration']['open']
  /** Whoever registers may have to answer something. */
  readonly asksQuestions: boolean
  readonly custody: {
    /** What a connection may have in flight. */
    readonly stanzas: number
    readonly bytes: number
    /** What all connections may have together: to the owner of one partition, and in all. */
    readonly partitionStanzas: number
    readonly edgeBytes: number
  }
  /** What may wait to be written to all clients together. */
  readonly sendQueuesBytes: number
  readonly requestEvery: HeliographConfig['streamManagement']['requestEvery']
  /** The parser's limits before and after authentication. */
  readonly xmlBeforeAuth: XmlLimits
  readonly xml: XmlLimits
}

const HEADER_BYTES = 8_192
/** Enough to keep a fast client busy while custody is on its way; more would only let one client fill this process. */
const MOST_IN_FLIGHT = { stanzas: 512, bytes: 1_048_576 }
/** Half of what the router keeps for a partition, and what this process can spare. */
const MOST_TOGETHER = { partitionStanzas: 4_096, edgeBytes: 134_217_728 }
const MOST_WRITTEN = 268_435_456

function bearerOf({ authentication: { bearer } }: HeliographConfig): EdgeConfig['bearer'] {
  if (bearer === undefined) return undefined
  const { domain, issuer, scope, discoveryUrl } = bearer
  const atIssuer = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return { domain, discoveryUrl: discoveryUrl ?? atIssuer, ...(scope === undefined ? {} : { scope }) }
}

export function edgeConfig(config: HeliographConfig): EdgeConfig {
  const { domains, proxyProtocol, web, tls, limits, rates, drain, listen, streamManagement } = config
  const xml: XmlLimits = {
    elementBytes: limits.stanzaBytes,
    headerBytes: HEADER_BYTES,
    depth: limits.depth,
    attributes: limits.attributes,
    nameLength: limits.nameBytes,
  }
  return Object.freeze({
    domains,
    proxyProtocol,
    web,
    tls,
    limits,
    rates,
    drain,
    listen,
    mechanisms: config.authentication.mechanisms,
    bearer: bearerOf(config),
    anonymous: domains.filter((domain) => domain.anonymous !== undefined).map(({ name }) => name),
    registration: config.registration.open,
    asksQuestions: config.registration.open === 'always' && config.registration.questions.length > 0,
    custody: {
      stanzas: Math.min(streamManagement.maxUnackedStanzas, MOST_IN_FLIGHT.stanzas),
      bytes: Math.min(streamManagement.maxUnackedBytes, MOST_IN_FLIGHT.bytes),
      ...MOST_TOGETHER,
    },
    sendQueuesBytes: MOST_WRITTEN,
    requestEvery: streamManagement.requestEvery,
    xmlBeforeAuth: { ...xml, elementBytes: limits.stanzaBytesBeforeAuth },
    xml,
  })
}
