import type { HeliographConfig } from '@heliograph/config'
import type { XmlLimits } from '@heliograph/xml'

/** What of the configuration concerns an edge. */
export interface EdgeConfig extends Pick<HeliographConfig, 'domains' | 'proxyProtocol' | 'tls' | 'limits' | 'drain'> {
  readonly listen: Pick<HeliographConfig['listen'], 'c2s' | 'c2sTls' | 'http' | 'https'>
  readonly mechanisms: HeliographConfig['authentication']['mechanisms']
  readonly registration: HeliographConfig['registration']['open']
  readonly custody: { readonly stanzas: number; readonly bytes: number }
  readonly requestEvery: HeliographConfig['streamManagement']['requestEvery']
  /** The parser's limits before and after authentication. */
  readonly xmlBeforeAuth: XmlLimits
  readonly xml: XmlLimits
}

const HEADER_BYTES = 8_192

export function edgeConfig(config: HeliographConfig): EdgeConfig {
  const { domains, proxyProtocol, tls, limits, drain, listen, streamManagement } = config
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
    tls,
    limits,
    drain,
    listen,
    mechanisms: config.authentication.mechanisms,
    registration: config.registration.open,
    custody: { stanzas: streamManagement.maxUnackedStanzas, bytes: streamManagement.maxUnackedBytes },
    requestEvery: streamManagement.requestEvery,
    xmlBeforeAuth: { ...xml, elementBytes: limits.stanzaBytesBeforeAuth },
    xml,
  })
}
