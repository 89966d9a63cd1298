import { CHANNEL_BINDING_TYPES, type MechanismName } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { XmlLimits } from '@heliograph/xml'
import type { EdgeConfig } from '../config.ts'
import type { Connection } from '../connection.ts'

/** `<starttls/>` (RFC 6120 §5.4.1). */
export function startTlsFeature(required: boolean): string {
  return required ? `<starttls xmlns='${NS.tls}'><required/></starttls>` : `<starttls xmlns='${NS.tls}'/>`
}

/** `<mechanisms/>` (RFC 6120 §6.4.1), with the channel bindings that the -PLUS ones can use (XEP-0440). */
export function mechanismsFeature(mechanisms: readonly MechanismName[], bindings: readonly string[]): string {
  const feature = `<mechanisms xmlns='${NS.sasl}'>${mechanismList(mechanisms)}</mechanisms>`
  return `${feature}${bindingsFeature(bindings)}`
}

/** `<mechanism/>` for each, in order of preference. */
export function mechanismList(mechanisms: readonly string[]): string {
  return mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')
}

function bindingsFeature(bindings: readonly string[]): string {
  if (bindings.length === 0) return ''
  const types = CHANNEL_BINDING_TYPES.filter((type) => bindings.includes(type))
    .map((type) => `<channel-binding type='${type}'/>`)
    .join('')
  return `<sasl-channel-binding xmlns='${NS.saslChannelBinding}'>${types}</sasl-channel-binding>`
}

/** In-band registration (XEP-0077 §8). */
export const registerFeature = `<register xmlns='${NS.registerFeature}'/>`

/** Registration with an invitation (XEP-0445 §3). */
export const ibrTokenFeature = `<register xmlns='${NS.ibrToken}'/>`

/** Stream management (XEP-0198). */
export const managementFeature = `<sm xmlns='${NS.streamManagement}'/>`

/** Client state indication (XEP-0352 §4.1). */
export const clientStateFeature = `<csi xmlns='${NS.clientState}'/>`

/** What a client may know of the roster before it asks. */
export const rosterFeatures = `<ver xmlns='${NS.rosterVersioning}'/><sub xmlns='${NS.preApproval}'/>`

/** What an authenticated client can do: bind or resume, and what it may know of the roster before it asks. */
export const boundFeatures =
  `<bind xmlns='${NS.bind}'/>` +
  // RFC 3921 clients open a session; since RFC 6121 that does nothing.
  `<session xmlns='${NS.session}'><optional/></session>` +
  managementFeature +
  clientStateFeature +
  rosterFeatures

/** XEP-0478. */
export function limitsFeature(limits: XmlLimits, config: EdgeConfig): string {
  const idle = `<idle-seconds>${config.limits.idleSeconds}</idle-seconds>`
  return `<limits xmlns='${NS.streamLimits}'><max-bytes>${limits.elementBytes}</max-bytes>${idle}</limits>`
}

/** What the server is, for who has authenticated. */
export function serverFeatures({ edge, domain }: Connection): string {
  const { config, capabilities } = edge
  return `${capabilities.featureOf(domain!)}${limitsFeature(config.xml, config)}`
}
